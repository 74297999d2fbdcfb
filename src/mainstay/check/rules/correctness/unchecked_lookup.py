"""What a lookup did not find is used."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Unchecked
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Answers of lookups that are used without a test."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for each in handler.of(Unchecked):
            yield Found(each.place, f"{each.use} fails where {each.call} finds nothing", "likely")
