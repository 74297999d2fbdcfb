"""The numbers that SQLite gives to rows, which it finds them by quickest."""

from __future__ import annotations

import sqlite3

NUMBERS = ("rowid", "_rowid_", "oid")


def number(connection: sqlite3.Connection, table: str) -> str | None:
    """The name of the number of a table's rows; None where they have none, as in a view or WITHOUT ROWID."""
    kept = "SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ? AND type = 'table' AND NOT wr"
    try:
        if not connection.execute(kept, (table,)).fetchall():
            return None
        columns = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (table,)).fetchall()
    except sqlite3.Error:
        return None
    taken = {str(name).lower() for (name,) in columns}
    return next((name for name in NUMBERS if name not in taken), None)
