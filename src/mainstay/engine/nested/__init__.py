"""Rows that are written with another row: those that it owns, and links."""
