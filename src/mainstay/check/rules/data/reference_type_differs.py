"""A reference that is narrower than what it refers to."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.facts.catalogue import bare
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step

WIDTHS = {"SMALLINT": 2, "INT": 4, "BIGINT": 8}


def findings(facts: Facts) -> Iterator[Found]:
    """Foreign keys whose column holds less than the key."""
    tables = {(each.group, bare(each.name)): each for each in facts.of(Table)}
    for table in tables.values():
        for key in table.foreign_keys:
            other = tables.get((table.group, bare(key.references)))
            if other is None or len(key.columns) != 1 or table.dialect == "sqlite" or table.tool == "django":
                continue
            target = key.target or other.primary
            mine, theirs = table.column(key.columns[0]), other.column(target[0]) if len(target) == 1 else None
            if mine is None or theirs is None:
                continue
            if WIDTHS.get(mine.base, 8) < WIDTHS.get(theirs.base, 0):
                proof = (Step(theirs.place, f"{other.name}.{theirs.name} is {theirs.kind}"),)
                what = f"{table.name}.{mine.name} is {mine.kind}, and {other.name}.{theirs.name} is {theirs.kind}"
                yield Found(mine.place, what, "likely", proof)
