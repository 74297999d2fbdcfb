"""Migrations: what changes the schema of a database that has rows, in files that people read.

What is exported here is for those files.
"""

from mainstay.migrate.by_database import by_database

__all__ = ["by_database"]
