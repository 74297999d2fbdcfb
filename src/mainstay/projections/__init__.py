"""Interfaces: each a function of the operations, each calling the engine by its one door."""
