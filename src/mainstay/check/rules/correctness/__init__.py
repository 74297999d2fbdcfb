"""Rules of the area correctness."""
