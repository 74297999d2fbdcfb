"""Rules of the area validation."""
