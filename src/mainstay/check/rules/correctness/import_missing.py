"""A name that is used and not imported."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Incorrect
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Well-known names in files that import others."""
    for each in facts.of(Incorrect):
        if each.kind == "import":
            yield Found(each.place, each.why, "likely")
