"""A regular expression that takes exponentially long, or that the caller writes."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import BadExpression, Facts, Sink
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Expressions that were tried and took long, and expressions of the caller."""
    for each in facts.of(BadExpression):
        if each.kind == "slow":
            what = f"this expression took {each.seconds:.1f} s on {len(each.attack)} characters: {each.attack[:12]!r}.."
            yield Found(each.place, what, "proven")
    for sink in facts.of(Sink):
        if sink.purpose == "regex":
            yield Found(sink.place, f"the caller writes the expression of {sink.call}", "likely", sink.trace.steps)
