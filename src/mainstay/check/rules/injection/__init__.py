"""Rules of the area injection."""
