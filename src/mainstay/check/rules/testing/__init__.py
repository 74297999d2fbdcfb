"""Rules of the area testing."""
