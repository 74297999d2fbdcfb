"""How much processor time a request costs, and what survives kill -9."""
