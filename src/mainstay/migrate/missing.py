"""The indexes that an application needs and a database that somebody else owns does not have, as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Index, MetaData, inspect
from sqlalchemy.schema import CreateIndex

from mainstay.migrate.sqlite_table import quoted
from mainstay.operation import Application
from mainstay.tables import Index as Wanted

Order = list[tuple[str, bool]]
"""Columns and whether descending."""


def missing(connection: Connection, application: Application, metadata: MetaData) -> list[str]:
    """The statements that make what is missing; a table that is not there is told in a comment."""
    there = set(inspect(connection).get_table_names())
    said = []
    for table in application.tables:
        if table.name not in there:
            said.append(f"-- there is no table {table.name}")
            continue
        kept = list(orders(connection, table.name))
        for wanted in table.indexes:
            if not any(serves(one, wanted) for one in kept):
                index = next(one for one in metadata.tables[table.name].indexes if one.name == wanted.name)
                said.append(statement(connection, index))
    return said


def statement(connection: Connection, index: Index) -> str:
    """The statement that makes an index; on PostgreSQL without keeping anybody from writing."""
    text = str(CreateIndex(index).compile(dialect=connection.dialect))
    return (
        text.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY") if connection.dialect.name == "postgresql" else text
    )


def serves(order: Order, wanted: Wanted) -> bool:
    """Whether an index begins with the wanted columns, read in either direction."""
    columns = list(wanted.columns)
    begin = order[: len(columns)]
    return begin == columns or begin == [(name, not down) for name, down in columns]


def orders(connection: Connection, table: str) -> Iterator[Order]:
    """The column orders that a table's key and whole indexes have; each ends before an expression."""
    found = inspect(connection)
    yield [(name, False) for name in found.get_pk_constraint(table)["constrained_columns"]]
    if connection.dialect.name == "sqlite":
        yield from of_sqlite(connection, table)
    else:
        for index in found.get_indexes(table):
            if not (index.get("dialect_options") or {}).get("postgresql_where"):
                yield list(plain(index))


def plain(index: Any) -> Iterator[tuple[str, bool]]:
    """The columns of an index of PostgreSQL, up to what is none."""
    sorting = index.get("column_sorting") or {}
    for name in index["column_names"]:
        if name is None:
            return
        yield name, "desc" in sorting.get(name, ())


def of_sqlite(connection: Connection, table: str) -> Iterator[Order]:
    """The column orders of the indexes of a table of SQLite, which its constraints are among."""
    for _, name, _, _, partial in connection.exec_driver_sql(f"PRAGMA index_list({quoted(table)})").fetchall():
        rows = connection.exec_driver_sql(f"PRAGMA index_xinfo({quoted(name)})").fetchall()
        order: Order = []
        for _, place, column, down, _, is_key in rows:
            if not is_key or place < 0:
                break
            order.append((column, bool(down)))
        if not partial:
            yield order
