"""An index whose making has failed."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Trouble
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Indexes that are not valid."""
    for each in facts.of(Trouble):
        if each.kind == "invalid index":
            yield Found(each.place, f"{each.name} on {each.table} is invalid: no statement uses it", "proven")
