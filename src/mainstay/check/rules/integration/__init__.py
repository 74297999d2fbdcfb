"""Rules of the area integration."""
