"""Rules of the area contract."""
