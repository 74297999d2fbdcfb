"""What could be wrong with the declarations, one file a verifier."""
