"""A place where people share recipes: models, resources, a way to say who is calling, and real data."""
