"""The tables and indexes of some metadata as statements that leave alone what is there."""

from __future__ import annotations

from collections.abc import Container, Iterator

from sqlalchemy import MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, ExecutableDDLElement, sort_tables_and_constraints


def creation(metadata: MetaData, dialect: Dialect, *, there: Container[str] = ()) -> Iterator[str]:
    """The texts that create what is missing, in an order in which each finds what it refers to.

    No text is made of the tables and indexes that are known to be `there`: their names, in small letters.

    Where two tables refer to each other and the database can add a constraint later, it is added by
    the last statements, which fail for tables that already have it: `circular` tells those apart.
    """
    for table, keys in sort_tables_and_constraints(metadata.tables.values()):  # type: ignore[no-untyped-call]
        if table is None:
            continue
        if table.name.lower() not in there:
            inline = list(keys) if dialect.supports_alter else None
            yield text(CreateTable(table, include_foreign_key_constraints=inline, if_not_exists=True), dialect)
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            if str(index.name).lower() not in there:
                yield text(CreateIndex(index, if_not_exists=True), dialect)


def circular(metadata: MetaData, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Foreign keys that can only be added when both tables are there: the name of each, and its text."""
    if not dialect.supports_alter:
        return
    for table, keys in sort_tables_and_constraints(metadata.tables.values()):  # type: ignore[no-untyped-call]
        if table is None:
            for key in keys:
                yield str(key.name), text(AddConstraint(key), dialect)


def text(element: ExecutableDDLElement, dialect: Dialect) -> str:
    """One statement as the driver runs it."""
    return str(element.compile(dialect=dialect)).strip()
