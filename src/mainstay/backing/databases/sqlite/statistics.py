"""What SQLite's planner knows of the tables: measured again whenever they have grown a few times over.

Without it the planner takes every index for equally good, and a filter by a column with two values for as
narrow as one by a key.
"""

from __future__ import annotations

import sqlite3

FIRST = 500
"""Changed rows after which a new file is measured."""

TIMES = 4
"""How many times more rows must have changed before it is measured again."""

SAMPLE = 1000
"""Rows of each index that are looked at, so that the time is the same for any size (milliseconds)."""

MEASURE = (
    f"PRAGMA analysis_limit = {SAMPLE}",
    "BEGIN IMMEDIATE",
    "ANALYZE",
    "CREATE VIEW mainstay_measured AS SELECT 1",
    "DROP VIEW mainstay_measured",
    "COMMIT",
)
"""The view that comes and goes changes the schema's version, at which every connection reads the statistics anew."""


class Statistics:
    """Measures through the connection that writes, in its thread and between its transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._due: int | None = None

    def keep(self) -> None:
        """Measures where enough has changed; where the database is locked it waits for the next time."""
        try:
            if self._due is None:
                self._due = 0 if self._missing() else FIRST
            if self._connection.total_changes < self._due:
                return
            self._due = max(FIRST, self._connection.total_changes * TIMES)
            for text in MEASURE:
                self._connection.execute(text)
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _missing(self) -> bool:
        """Whether a file that has tables was never measured."""
        tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        return bool(tables) and "sqlite_stat1" not in tables
