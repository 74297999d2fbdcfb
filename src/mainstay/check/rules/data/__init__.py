"""Rules of the area data."""
