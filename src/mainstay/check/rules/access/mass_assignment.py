"""Every field that the caller sends is written."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Sink
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Rows that are made of, or updated with, the whole body."""
    for sink in facts.of(Sink):
        if sink.purpose == "fields":
            what = f"{sink.call} writes every field that the caller sends, also those that are not his to set"
            yield Found(sink.place, what, "likely" if sink.sure else "review", sink.trace.steps)
