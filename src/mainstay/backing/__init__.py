"""What stands behind a backend, each behind a port of its own."""
