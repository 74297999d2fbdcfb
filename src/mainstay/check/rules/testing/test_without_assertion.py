"""A test that cannot fail."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Test
from mainstay.check.finding import Confidence, Found


def findings(facts: Facts) -> Iterator[Found]:
    """Tests without an assertion, or with one that is always so."""
    for test in facts.of(Test):
        if not test.asserts:
            sure: Confidence = "review" if test.may_raise else "likely"
            yield Found(test.place, f"{test.name} asserts nothing", sure)
        elif test.why:
            yield Found(test.place, f"{test.name} cannot fail: {test.why}", "proven")
