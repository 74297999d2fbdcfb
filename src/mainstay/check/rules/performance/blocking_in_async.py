"""Work that holds up the event loop."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import BlockingCall, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Calls known to wait or to calculate long, in async functions."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for call in handler.of(BlockingCall):
            what = f"{call.call} holds up every other request while it runs"
            yield Found(call.place, what, "proven", fix=f"Use {call.instead}.")
