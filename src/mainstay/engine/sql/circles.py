"""Whether a row has become its own ancestor, by a reference of its table to itself."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import sqlalchemy as sa

from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.statement import Binds, Part, Statement, compiled


class Circle(msgspec.Struct, frozen=True):
    """The statements that look for a circle through a column."""

    column: str
    lock: Statement | None
    """Lets one transaction after the other change these references, where several run at once."""
    find: Statement
    """A row where the row of the inputs' key is among its own ancestors."""


def circle_statements(schema: Schema, table_name: str, column: str) -> Circle:
    """The statements for one column that refers to a row of its own table."""
    table = schema.storage.tables[table_name]
    (key,) = schema.application.table(table_name).key
    binds = Binds()
    own = binds.add(Part("key", 0), table.c[key].type)
    above = sa.select(table.c[column].label("key")).where(table.c[key] == own).cte("above", recursive=True)
    next_ = table.alias()
    above = above.union(sa.select(next_.c[column]).where(next_.c[key] == above.c.key))
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(above).where(above.c.key == own)
    lock = None
    if schema.dialect.name == "postgresql":
        number = zlib.crc32(f"acyclic {table_name}.{column}".encode())
        lock = Statement(f"SELECT pg_advisory_xact_lock({number})")
    return Circle(column, lock, compiled(found, binds, schema.dialect))
