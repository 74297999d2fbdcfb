"""Rules of the area observability."""
