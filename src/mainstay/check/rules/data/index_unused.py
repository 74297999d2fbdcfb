"""An index that is written and never read."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Trouble
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Indexes that no statement used."""
    for each in facts.of(Trouble):
        if each.kind == "unused index":
            yield Found(each.place, f"{each.name} was never used: {each.detail}", "review")
