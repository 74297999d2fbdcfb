"""A refusal that says what would be needed."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Refusal
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Refusals with a role in their text."""
    for each in facts.of(Refusal):
        yield Found(each.place, "the refusal tells the caller which role or permission would be needed", "review")
