"""Rules of the area dependencies."""
