"""A constraint that was never checked."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Trouble
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Constraints that are NOT VALID at the end."""
    for each in facts.of(Trouble):
        if each.kind == "unvalidated constraint":
            yield Found(
                each.place, f"{each.name} of {each.table} was never checked against the rows that were there", "likely"
            )
