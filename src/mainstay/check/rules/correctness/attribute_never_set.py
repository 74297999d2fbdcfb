"""An attribute that is called and never set."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Incorrect
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Attributes that nothing in the class or file gives."""
    for each in facts.of(Incorrect):
        if each.kind == "attribute":
            yield Found(each.place, each.why, "likely")
