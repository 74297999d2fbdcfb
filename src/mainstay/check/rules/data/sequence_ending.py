"""Numbers that are nearly used up."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Trouble
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Columns whose sequence has little left."""
    for each in facts.of(Trouble):
        if each.kind == "sequence near its end":
            yield Found(each.place, f"{each.table}.{each.name}: {each.detail}", "proven")
