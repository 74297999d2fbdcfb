"""Rules of the area uploads."""
