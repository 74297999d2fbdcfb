"""The indexes that an application needs and a database that somebody else owns does not have, as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Index, MetaData, inspect
from sqlalchemy.schema import CreateIndex

from mainstay.backing import open as backing
from mainstay.migrate.sqlite_table import quoted
from mainstay.operation import Application
from mainstay.tables import Index as Wanted, SearchIndex, Table

Order = list[tuple[str, bool]]
"""Columns and whether descending."""

ON_POSTGRESQL = """
SELECT c.relname, a.attname, x.indoption[k.place - 1] & 1 = 1, x.indoption[k.place - 1] & 2 = 2
FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid
JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
CROSS JOIN LATERAL generate_series(1, x.indnkeyatts) AS k(place)
LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[k.place - 1]
WHERE x.indrelid = $1::text::regclass AND x.indisvalid AND x.indpred IS NULL
ORDER BY c.relname, k.place
"""
"""The columns of the indexes that can be read in an order and are whole, with whether they descend with nulls first."""

SEARCHED = """
SELECT 1 FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
WHERE x.indrelid = $1::text::regclass AND x.indisvalid AND a.attname = $2
"""


def missing(connection: Connection, application: Application, metadata: MetaData) -> list[str]:
    """The statements that make what is missing; what no statement can make is told in a comment."""
    there = set(inspect(connection).get_table_names())
    said = []
    for table in application.tables:
        if table.name not in there:
            said.append(f"-- there is no table {table.name}")
            continue
        kept = list(orders(connection, table))
        for wanted in table.indexes:
            if not any(serves(one, wanted) for one in kept):
                index = next(one for one in metadata.tables[table.name].indexes if one.name == wanted.name)
                said.append(statement(connection, index))
        if table.search is not None:
            said += searching(connection, metadata.tables[table.name], table.search, there)
    return said


def statement(connection: Connection, index: Index) -> str:
    """The statement that makes an index."""
    return patient(str(CreateIndex(index).compile(dialect=connection.dialect)), connection)


def patient(text: str, connection: Connection) -> str:
    """The statement that makes an index; on PostgreSQL without keeping anybody from writing."""
    return text.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1) if is_postgresql(connection) else text


def is_postgresql(connection: Connection) -> bool:
    """Whether it is PostgreSQL."""
    return connection.dialect.name == "postgresql"


def serves(order: Order, wanted: Wanted) -> bool:
    """Whether an index begins with the wanted columns, read in either direction."""
    columns = list(wanted.columns)
    begin = order[: len(columns)]
    return begin == columns or begin == [(name, not down) for name, down in columns]


def orders(connection: Connection, table: Table) -> Iterator[Order]:
    """The column orders that a table's key and whole indexes have; each ends before an expression."""
    if is_postgresql(connection):
        yield from of_postgresql(connection, table)
        return
    found = inspect(connection)
    yield [(name, False) for name in found.get_pk_constraint(table.name)["constrained_columns"]]
    yield from of_sqlite(connection, table.name)


def of_postgresql(connection: Connection, table: Table) -> Iterator[Order]:
    """The same; each ends before a column in which nulls are elsewhere than where calls want them.

    Null is the smallest value to a call, and the largest to PostgreSQL unless an index says otherwise.
    """
    indexes: dict[str, Order] = {}
    ended = set()
    smallest = {column.name for column in table.columns if column.nullable}
    for index, name, down, first in connection.exec_driver_sql(ON_POSTGRESQL, (quoted(table.name),)).fetchall():
        order = indexes.setdefault(index, [])
        if name is None or (down == first) is (name in smallest):
            ended.add(index)
        if index not in ended:
            order.append((name, down))
    yield from indexes.values()


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


def searching(connection: Connection, table: sa.Table, index: SearchIndex, there: set[str]) -> Iterator[str]:
    """The statements that make the index of a table's words.

    SQLite's is kept by triggers that call a function of Mainstay's, which would fail every other program that writes.
    """
    if not is_postgresql(connection):
        if f"{table.name}_{index.name}" not in there:
            yield (
                f"-- {table.name} has no index of the words in {', '.join(index.columns)}: on SQLite it is in the way "
                "of other programs that write; let Mainstay make it (managed=True), or take search=True away"
            )
        return
    script: Any = backing.search_scripts("postgresql").made(table, index, connection.dialect)
    rows: Any = None
    try:
        while True:
            command = script.send(rows)
            if command.text.startswith("SELECT"):
                rows = connection.exec_driver_sql(command.text, command.values).fetchall()
            elif not command.text.startswith("CREATE INDEX"):
                yield command.text
            elif not connection.exec_driver_sql(SEARCHED, (quoted(table.name), index.name)).fetchall():
                yield patient(command.text.replace(" IF NOT EXISTS", ""), connection)
    except StopIteration:
        return
