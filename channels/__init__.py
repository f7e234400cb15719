"""How answers travel: transports, what each channel may ask and hear, pages, the command line."""
