"""A column that the rows which are there do not have."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Change, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Added columns that are NOT NULL and have no default."""
    for each in facts.of(Change):
        column = each.column
        if each.kind != "add column" or column is None or each.dialect == "mysql" or each.guarded:
            continue
        if not column.nullable and not column.default and not column.generated and not column.primary:
            what = f"{each.table}.{column.name} is required and has no default: it fails where the table has a row"
            yield Found(each.place, what, "likely")
