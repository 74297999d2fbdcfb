"""A new project: its files, and how they are written."""
