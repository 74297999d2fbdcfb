"""A default that its own annotation refuses."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Incorrect
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Parameters that default to None and are declared otherwise."""
    for each in facts.of(Incorrect):
        if each.kind == "default":
            yield Found(each.place, each.why, "proven")
