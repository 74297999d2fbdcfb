"""An index that stops every write while it is made."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Index, Table
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Indexes on tables that are there already, made without CONCURRENTLY."""
    here: dict[str, set[tuple[str, int]]] = {table.place.path: set() for table in facts.of(Table)}
    for table in facts.of(Table):
        here[table.place.path].add((table.name, table.place.line))
    for index in facts.of(Index):
        near = any(
            name == index.table and 0 <= index.place.line - line < 25 for name, line in here.get(index.place.path, ())
        )
        if not index.concurrently and not near:
            yield Found(
                index.place,
                f"{index.name} is made without CONCURRENTLY: writes to {index.table} wait until it is there",
                "review",
            )
