"""A moment of change that never changes."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found

NAMES = ("updated_at", "modified_at", "last_modified", "last_update", "last_updated", "date_modified")


def findings(facts: Facts) -> Iterator[Found]:
    """Columns with a default and no trigger."""
    for table in facts.of(Table):
        if table.triggers or table.tool not in ("sql", "live") or not table.whole:
            continue
        for column in table.columns:
            if column.name.lower() in NAMES and column.default and not column.on_update:
                what = f"{table.name}.{column.name} is set when the row is made, and nothing sets it again"
                yield Found(column.place, what, "review")
