"""A list searched from its beginning for each item of another."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, QuadraticLookup
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Searches in loops."""
    for each in facts.of(QuadraticLookup):
        what = f"{each.call} searches the whole list for each item: a thousand items take a million steps"
        yield Found(each.place, what, "likely")
