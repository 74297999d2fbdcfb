"""What SQLite cannot alter in place: the table is made anew, its rows moved, and what hung on it put back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from mainstay.migrate.sqlite_table import TableText, parsed, quoted

ROWID = ("rowid", "_rowid_", "oid")
"""The names of the number of a row; a column that is called so hides one."""


def table_text(connection: Connection, table: str) -> TableText:
    """The table as it is; LookupError where there is none."""
    rows = ask(connection, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", table)
    if not rows:
        raise LookupError(f"there is no table {table}")
    return parsed(str(rows[0][0]))


def rebuild(connection: Connection, table: str, wanted: TableText) -> None:
    """Gives a table the form `wanted`, with its rows and their numbers, indexes, triggers and the last key given out.

    Foreign keys must be off, or the rows that refer to it go with the old table.  Indexes on columns that are no longer
    there go; a trigger that names one is put back, and fails when it runs.
    """
    new = f"_new_{table}"
    kept = {column.name for column in wanted.columns}
    behind = hanging(connection, table, kept)
    counted = ask(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")
    last = ask(connection, "SELECT seq FROM sqlite_sequence WHERE name = ?", table) if counted else []
    columns = [quoted(name) for name in moved(connection, table) if name in kept]
    columns = [*number(connection, table), *columns]
    run(connection, wanted.create(new))
    names = ", ".join(columns)
    run(connection, f"INSERT INTO {quoted(new)} ({names}) SELECT {names} FROM {quoted(table)}")
    run(connection, "PRAGMA legacy_alter_table = ON")  # or the views and triggers that name the table are in the way
    try:
        run(connection, f"DROP TABLE {quoted(table)}")
        run(connection, f"ALTER TABLE {quoted(new)} RENAME TO {quoted(table)}")
    finally:
        run(connection, "PRAGMA legacy_alter_table = OFF")
    for text in behind:
        run(connection, text)
    if last:
        run(connection, "DELETE FROM sqlite_sequence WHERE name = ?", table)
        run(connection, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, last[0][0])


def moved(connection: Connection, table: str) -> list[str]:
    """The columns whose values are stored, in their order."""
    return [str(name) for _, name, *_, hidden in ask(connection, f"PRAGMA table_xinfo({quoted(table)})") if hidden == 0]


def number(connection: Connection, table: str) -> list[str]:
    """The name of the number of the table's rows, which an index of words may know them by; none where it has none."""
    ((without,),) = ask(connection, "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", table)
    columns = ask(connection, f"PRAGMA table_xinfo({quoted(table)})")
    taken = {str(column[1]).lower() for column in columns}
    keys = [str(column[2]).upper() for column in columns if column[5]]
    if without or keys == ["INTEGER"]:
        return []
    return [name for name in ROWID if name not in taken][:1]


def hanging(connection: Connection, table: str, kept: set[str]) -> list[str]:
    """The statements that put back the indexes and triggers of a table."""
    rows = ask(
        connection,
        "SELECT type, name, sql FROM sqlite_schema "
        "WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, rowid",
        table,
    )
    gone = set()
    for sort, name, _ in rows:
        if sort == "index":
            columns = ask(connection, f"PRAGMA index_info({quoted(str(name))})")
            if any(column is not None and column not in kept for _, _, column in columns):
                gone.add(name)
    return [str(sql) for _, name, sql in rows if name not in gone]


def ask(connection: Connection, text: str, *values: Any) -> Sequence[Any]:
    """The rows of a statement."""
    return connection.exec_driver_sql(text, values).fetchall()


def run(connection: Connection, text: str, *values: Any) -> None:
    """Runs a statement."""
    connection.exec_driver_sql(text, values)
