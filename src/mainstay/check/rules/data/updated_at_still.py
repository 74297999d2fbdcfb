"""A moment of change that never changes."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Columns with a default and no trigger."""
    for table in facts.of(Table):
        for column in table.columns:
            if (
                column.name.lower() in ("updated_at", "modified_at", "last_modified")
                and column.default
                and not table.triggers
            ):
                yield Found(
                    column.place,
                    f"{table.name}.{column.name} is set when the row is made, and nothing sets it again",
                    "review",
                )
