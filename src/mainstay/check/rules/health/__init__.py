"""Rules of the area health."""
