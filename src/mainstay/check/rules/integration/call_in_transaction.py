"""Another service is waited for with rows locked."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, OutgoingCall
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Outgoing calls in transactions."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for call in handler.facts:
            if isinstance(call, OutgoingCall) and call.transaction is not None:
                proof = (Step(call.transaction, "the transaction"),)
                yield Found(call.place, f"{call.call} is waited for inside a transaction", "likely", proof)
