"""What is made of the declarations, one file a pass."""
