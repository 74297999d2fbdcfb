"""What is lost on the way: tables and columns that go with what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, inspect

from mainstay.migrate.run import Step


def losses(connection: Connection, steps: Sequence[Step]) -> list[str]:
    """Sentences about what the steps drop that has something in it, on this database as it is now."""
    found = inspect(connection)
    tables = {name: {column["name"] for column in found.get_columns(name)} for name in found.get_table_names()}
    quote = connection.dialect.identifier_preparer.quote
    told = []
    for table, column in dict.fromkeys(dropped(steps)):
        if table not in tables or (column is not None and column not in tables[table]):
            continue
        what = "*" if column is None else quote(column)
        rows = connection.exec_driver_sql(f"SELECT count({what}) FROM {quote(table)}").scalar_one()
        if rows and column is None:
            told.append(f"the table {table} with its {rows} rows")
        elif rows:
            told.append(f"{table}.{column}, which has a value in {rows} rows")
    return told


def dropped(steps: Sequence[Step]) -> Iterator[tuple[str, str | None]]:
    """Tables and columns that were there before the steps and are dropped by them."""
    for step in steps:
        for table, column in step.dropped:
            if steps[0].before.tables.get(table) is not None:
                yield table, column
