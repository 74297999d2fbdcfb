"""An amount below nothing, or to oneself."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, MovedMoney
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Functions that move an amount which they never compare."""
    for moved in facts.of(MovedMoney):
        if not moved.checked:
            also = " and a transfer to oneself" if len(moved.parties) > 1 and not moved.apart else ""
            yield Found(moved.place, f"{moved.function} accepts a negative {moved.amount}{also}", "likely")
