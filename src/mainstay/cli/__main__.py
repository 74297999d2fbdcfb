"""`python -m mainstay.cli`: the command, where the script of that name is not installed."""

from mainstay.cli import main

main()
