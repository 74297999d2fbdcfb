"""What one caller may see is kept for all."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import CacheUse, Facts, Query
from mainstay.check.finding import Confidence, Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Keys without the caller for what was read for the caller."""
    for route in facts.routes:
        handler = route.handler
        if handler is None or not route.guards:
            continue
        own = [each for each in handler.of(Query) if each.caller and each.action == "read"]
        for use in handler.of(CacheUse):
            if own and use.action == "set" and not use.caller:
                what = "this key does not name the caller, and what is kept under it is the caller's"
                near = next((each for each in own if each.function == use.function), None)
                sure: Confidence = "likely" if near is not None else "review"
                yield Found(use.place, what, sure, (Step((near or own[0]).place, "read for the caller"),))
