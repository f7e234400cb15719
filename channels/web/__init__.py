"""What staff see in a browser: signing in, and the place where they compose questions of their own."""
