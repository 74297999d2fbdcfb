"""A reference that nothing finds its rows by."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Index, Table
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Columns that refer to another table and that no index begins with."""
    begun = {(index.table, index.columns[0]) for index in facts.of(Index) if index.columns and not index.where}
    for table in facts.of(Table):
        begun |= {(table.name, each[0]) for each in (table.primary, *table.uniques) if each}
        for column in table.columns:
            if column.references and not (column.primary or column.unique) and (table.name, column.name) not in begun:
                what = f"no index begins with {table.name}.{column.name}, which refers to {column.references}"
                yield Found(column.place, what, "likely")
