"""Data flow: what a value is made of, followed through a program by running it on abstract values."""
