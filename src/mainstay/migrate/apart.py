"""What a migration does outside of transactions on PostgreSQL: indexes made without a lock, rows filled batch by batch.

Such a migration says `in_transaction = False`.  What was done of it when it is cut off stays, and it is run again from
its beginning, so that each of its statements has to be one that may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from alembic.operations import MigrateOperation, Operations, ops
from sqlalchemy import Connection

from mainstay.migrate.by_database import by_database
from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.sqlite_table import quoted

BATCH = 1000
"""Rows that are filled in one transaction."""

INVALID = (
    "SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "WHERE NOT x.indisvalid AND i.relnamespace = current_schema()::regnamespace AND i.relname = $1"
)


class Backfill(MigrateOperation):
    """A column gets a value in the rows where it has none."""

    def __init__(
        self, table_name: str, column: str, value: str | by_database, key: Sequence[str], batch: int = BATCH
    ) -> None:
        self.table_name = table_name
        self.column = column
        self.value = value
        self.key = tuple(key)
        self.batch = batch


def backfill(table: str, column: str, value: str | by_database, *, key: Sequence[str], batch: int = BATCH) -> None:
    """Sets a column, where it is null, to what `value` says in SQL; so many rows at a time, in the order of the key."""
    op.invoke(Backfill(table, column, value, key, batch))


@Operations.implementation_for(Backfill)
def fill(operations: Operations, operation: Backfill) -> None:
    """Fills the column; each batch is one statement, and so one transaction where there is none around."""
    connection = operations.get_bind()
    value = operation.value
    said = value.texts[connection.dialect.name] if isinstance(value, by_database) else value.replace("\\:", ":")
    column = quoted(operation.column)
    update = f"UPDATE {quoted(operation.table_name)} SET {column} = {said} WHERE {column} IS NULL"
    after: Sequence[Any] = ()
    while True:
        to = batch_end(connection, operation, after)
        bounds = [compared(connection, operation.key, ">", 0)] if after else []
        bounds += [compared(connection, operation.key, "<=", len(after))] if to else []
        connection.exec_driver_sql(" AND ".join((update, *bounds)), (*after, *to))
        if not to:
            return
        after = to


def batch_end(connection: Connection, operation: Backfill, after: Sequence[Any]) -> Sequence[Any]:
    """The key of the last row of the batch behind a key; empty where it is the last batch."""
    if not operation.key:
        return ()
    key = ", ".join(map(quoted, operation.key))
    where = f" WHERE {compared(connection, operation.key, '>', 0)}" if after else ""
    text = f"SELECT {key} FROM {quoted(operation.table_name)}{where} ORDER BY {key}"
    rows = connection.exec_driver_sql(f"{text} LIMIT 1 OFFSET {operation.batch - 1}", tuple(after)).fetchall()
    return tuple(rows[0]) if rows else ()


def compared(connection: Connection, key: Sequence[str], sign: str, before: int) -> str:
    """A comparison of the key with values, of which there are some before in the statement."""
    marks = ["?" if connection.dialect.name == "sqlite" else f"${before + place + 1}" for place in range(len(key))]
    return f"({', '.join(map(quoted, key))}) {sign} ({', '.join(marks)})"


@contextmanager
def indexing(connection: Connection, operation: ops.CreateIndexOp | ops.DropIndexOp, *, apart: bool) -> Iterator[None]:
    """The block in which PostgreSQL makes or drops an index; a half-made one of the name, which serves nobody, goes.

    What is done concurrently keeps nobody waiting, and so may itself wait as long as it takes.
    """
    concurrently = bool(operation.kw.get("postgresql_concurrently"))
    if concurrently and not apart:
        raise MigrationProblem(
            f"the index {operation.index_name} can be made or dropped CONCURRENTLY outside of a transaction only: "
            "write in_transaction = False below revision"
        )
    name = str(operation.index_name)
    if isinstance(operation, ops.CreateIndexOp) and connection.exec_driver_sql(INVALID, (name,)).fetchall():
        connection.exec_driver_sql(f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}{quoted(name)}")
    if not concurrently:
        yield
        return
    before = connection.exec_driver_sql("SELECT current_setting('lock_timeout')").scalar_one()
    connection.exec_driver_sql("SET lock_timeout = 0")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"SET lock_timeout = '{before}'")
