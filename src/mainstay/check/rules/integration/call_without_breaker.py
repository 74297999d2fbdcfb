"""A call that goes on asking a service that is down."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, OutgoingCall
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Calls of payment services without a breaker."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for call in handler.of(OutgoingCall):
            if call.client == "payment" and not call.breaker:
                yield Found(call.place, f"{call.call} has no circuit breaker", "review")
