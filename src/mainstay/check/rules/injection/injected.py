"""What the rules of injection have in common: a finding for each sink of a purpose, with the way to it as proof."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Sink
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def injected(facts: Facts, purpose: str, what: str) -> Iterator[Found]:
    """Findings for all sinks of a purpose; `what` is told with the call in place of `{call}`."""
    for sink in facts.of(Sink):
        if sink.purpose == purpose:
            end = Step(sink.place, f"reaches {sink.call}")
            yield Found(sink.place, what.format(call=sink.call), "likely", (*sink.trace.steps, end))
