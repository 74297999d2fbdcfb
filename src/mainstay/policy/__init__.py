"""Policies: a tree (`tree`), the actor's part of it decided (`decide`), the whole of it on rows (`rows`)."""
