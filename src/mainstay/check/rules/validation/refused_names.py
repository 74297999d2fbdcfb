"""A check that refuses O'Brien and stops nobody."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import BadExpression, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Checks of names that refuse quotes."""
    for each in facts.of(BadExpression):
        if each.kind == "refuses":
            what = "this refuses names with an apostrophe, and prevents no injection"
            yield Found(each.place, what, "likely")
