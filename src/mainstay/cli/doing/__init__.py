"""What commands do: each module is loaded when its command runs, and not to say how it is called."""
