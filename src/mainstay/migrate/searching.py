"""Two operations that Alembic has not: the index of words of a table, which each database makes in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.operations import MigrateOperation, Operations
from sqlalchemy import Connection

from mainstay.backing import open as backing
from mainstay.tables import SearchIndex


class CreateSearchIndex(MigrateOperation):
    """An index of words is made."""

    def __init__(self, name: str, table_name: str, columns: Sequence[str]) -> None:
        self.index = SearchIndex(name, tuple(columns))
        self.table_name = table_name


class DropSearchIndex(MigrateOperation):
    """An index of words is dropped."""

    def __init__(self, name: str, table_name: str) -> None:
        self.index = SearchIndex(name, ())
        self.table_name = table_name


def create_search_index(name: str, table_name: str, columns: Sequence[str]) -> None:
    """Makes the index of the words in some columns of a table, filled from its rows."""
    op.invoke(CreateSearchIndex(name, table_name, columns))


def drop_search_index(name: str, table_name: str) -> None:
    """Drops an index of words, before its table, or a column in it, is dropped or changed."""
    op.invoke(DropSearchIndex(name, table_name))


@Operations.implementation_for(CreateSearchIndex)
def create(operations: Operations, operation: CreateSearchIndex) -> None:
    """Makes the index on the database of the migration."""
    connection = operations.get_bind()
    scripts = backing.search_scripts(connection.dialect.name)
    drive(connection, scripts.made(keyed(connection, operation.table_name), operation.index, connection.dialect))


@Operations.implementation_for(DropSearchIndex)
def drop(operations: Operations, operation: DropSearchIndex) -> None:
    """Drops the index on the database of the migration."""
    connection = operations.get_bind()
    scripts = backing.search_scripts(connection.dialect.name)
    drive(
        connection, scripts.dropped(sa.Table(operation.table_name, sa.MetaData()), operation.index, connection.dialect)
    )


def keyed(connection: Connection, name: str) -> sa.Table:
    """A table with its key, as the database has it."""
    found = sa.inspect(connection)
    key = found.get_pk_constraint(name)["constrained_columns"]
    types = {column["name"]: column["type"] for column in found.get_columns(name)}
    return sa.Table(name, sa.MetaData(), *(sa.Column(part, types[part], primary_key=True) for part in key))


def drive(connection: Connection, script: Any) -> None:
    """Runs a script's commands on a connection of SQLAlchemy's."""
    rows: Sequence[Any] | None = None
    try:
        while True:
            command = script.send(rows)
            result = connection.exec_driver_sql(command.text, command.values)
            rows = result.fetchall() if result.returns_rows else []
    except StopIteration:
        return
