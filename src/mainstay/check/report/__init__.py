"""Reports: each module writes a review in one form."""
