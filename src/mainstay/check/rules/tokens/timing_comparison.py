"""A signature compared letter by letter."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Comparison, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Signatures and keys compared with `==`."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for each in handler.of(Comparison):
            yield Found(
                each.place, f"{each.what} is compared with ==, which takes the longer the more of it is right", "likely"
            )
