"""A call of another service that may wait for ever."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, OutgoingCall
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Calls with no time-out of their own, of their client, or around them."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for call in handler.of(OutgoingCall):
            if not call.timeout and call.unbounded:
                yield Found(call.place, f"{call.call} is called without a time-out", "likely")
