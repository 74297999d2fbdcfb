"""A payment that a second try makes twice."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, MovedMoney, OutgoingCall
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Payments and transfers without an idempotency key."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for call in handler.of(OutgoingCall):
            if call.client == "payment" and not call.idempotent and not call.key:
                yield Found(call.place, f"{call.call} sends no idempotency key", "likely")
    for moved in facts.of(MovedMoney):
        if not moved.key:
            yield Found(
                moved.place,
                f"{moved.function} moves money and takes no idempotency key: a second try moves it twice",
                "likely",
            )
