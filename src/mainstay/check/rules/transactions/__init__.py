"""Rules of the area transactions."""
