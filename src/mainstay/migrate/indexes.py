"""Indexes on tables that are there, in a migration of their own that keeps nobody from writing."""

from __future__ import annotations

from dataclasses import replace

from mainstay.migrate.compare import differences
from mainstay.migrate.file import Body
from mainstay.migrate.schema import CONCURRENTLY, Schema
from mainstay.migrate.write import create_index, drop_index


def unindexed(before: Schema, wanted: Schema) -> Schema:
    """What is wanted, without the indexes that are new on a table that is there."""
    for change in differences(before, wanted):
        if change.before is not None and change.after is not None:
            kept = tuple(index for index in change.after.indexes if index not in change.added_indexes)
            wanted = wanted.with_table(replace(change.after, indexes=kept))
    return wanted


def indexed(message: str, before: Schema, wanted: Schema) -> Body:
    """The migration that makes the indexes by which two schemas differ."""
    new = [(change.name, index) for change in differences(before, wanted) for index in change.added_indexes]
    concurrently = f"{CONCURRENTLY}=True"
    up = [create_index(index, table, concurrently) for table, index in new]
    down = [drop_index(index, table, concurrently, "if_exists=True") for table, index in reversed(new)]
    return Body(message, "\n".join(up) or "pass", "\n".join(down) or "pass", apart=True)
