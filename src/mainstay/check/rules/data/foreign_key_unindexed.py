"""A reference that nothing finds its rows by."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, ForeignKey, Index
from mainstay.check.facts.catalogue import catalogue
from mainstay.check.finding import Found

INDEXING = frozenset({"mysql", "h2", "hsqldb"})
"""Databases that make the index by themselves."""


def findings(facts: Facts) -> Iterator[Found]:
    """Columns that refer to another table and that no index begins with."""
    for each in catalogue(facts):
        table = each.table
        if table.dialect in INDEXING or not table.whole:
            continue
        for key in table.foreign_keys:
            if key.columns and not any(_serves(index, key) for index in each.indexes):
                columns = ", ".join(key.columns)
                what = f"no index begins with {table.name}.{columns}, which refers to {key.references}"
                yield Found(key.place, what, "likely")


def _serves(index: Index, key: ForeignKey) -> bool:
    columns = {each.lower() for each in key.columns}
    whole = not index.where or "IS NOT NULL" in index.where.upper()
    return bool(index.columns) and whole and index.columns[0].lower() in columns
