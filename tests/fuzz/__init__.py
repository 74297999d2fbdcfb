"""Schemathesis over whole applications: `make fuzz`."""
