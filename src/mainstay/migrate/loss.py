"""What is lost on the way: tables and columns that go with what is in them, and what a narrower column cannot hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, inspect

from mainstay.migrate.compare import differences
from mainstay.migrate.conversion import changes
from mainstay.migrate.rename import Rename, applied, first_names
from mainstay.migrate.run import Step
from mainstay.migrate.schema import Schema
from mainstay.migrate.words import words


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
    return [*told, *(sentence for sentence in narrowed(connection, steps, tables))]


def narrowed(connection: Connection, steps: Sequence[Step], tables: Mapping[str, set[str]]) -> Iterator[str]:
    """Sentences about columns that stay, and cannot hold what is in them."""
    quote = connection.dialect.identifier_preparer.quote
    renames = [rename for step in steps for rename in step.renames]
    before, after = (applied(renames, steps[0].before), steps[-1].after) if steps else (Schema(), Schema())
    for one in differences(before, after):
        for old, new in one.changed_columns:
            table, column = first_names(one.name, new.name, renames)
            if column is None or column not in tables.get(table, ()):
                continue
            name = quote(column)
            condition = changes(name, old, new, sqlite=connection.dialect.name == "sqlite")
            rows = count(connection, table, condition) if condition else 0
            if rows:
                yield f"a part of {table}.{column} in {rows} rows, as {words(new)} holds less"
            empty = count(connection, table, f"{name} IS NULL") if old.nullable and not new.nullable else 0
            if empty and not steps[0].up:
                yield f"that {table}.{column} is empty in {empty} rows, which get a value"


def count(connection: Connection, table: str, condition: str) -> int:
    """How many rows of a table there are for which something is so."""
    rows = connection.dialect.identifier_preparer.quote(table)
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {rows} WHERE {condition}").scalar_one())


def dropped(steps: Sequence[Step]) -> Iterator[tuple[str, str | None]]:
    """Tables and columns that were there before the steps and are dropped by them, by the names that they have now."""
    renames: list[Rename] = []
    for step in steps:
        for known in step.dropped:
            table, column = first_names(*known, renames)
            if steps[0].before.tables.get(table) is not None:
                yield table, column
        renames += step.renames
