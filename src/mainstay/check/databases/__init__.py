"""Databases that are asked: their catalogues as DDL, so that one reader reads both, and what only they can tell."""
