"""Rules of the area settings."""
