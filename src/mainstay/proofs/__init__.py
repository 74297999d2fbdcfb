"""Proofs: programs that try every case of a promise and print the cases that break it."""
