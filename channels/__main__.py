"""`python -m channels`: the command line."""

from channels.cli import main

main()
