"""Plans to statements: the only place that knows SQL."""
