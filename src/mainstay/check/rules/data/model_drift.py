"""Models and migrations that differ."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Drift, Facts
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """What models and migrations differ in."""
    for each in facts.of(Drift):
        proof = (Step(each.other, each.said),)
        yield Found(each.place, each.what, "likely" if each.sure else "review", proof)
