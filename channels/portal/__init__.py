"""The public portal: the documents it registers and the pages anybody may read."""
