"""Databases behind one port."""
