"""What `mainstay check` finds, misses and says wrongly, measured on programs of others, which are given as folders."""
