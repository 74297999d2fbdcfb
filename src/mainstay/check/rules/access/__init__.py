"""Rules of the area access."""
