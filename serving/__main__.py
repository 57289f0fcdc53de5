"""`python -m trustdrift.serving`: the command line without its script."""

from .cli import main

main()
