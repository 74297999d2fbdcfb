"""Schemathesis over the recipes example: `make fuzz`."""
