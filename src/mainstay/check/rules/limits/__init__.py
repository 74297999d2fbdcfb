"""Rules of the area limits."""
