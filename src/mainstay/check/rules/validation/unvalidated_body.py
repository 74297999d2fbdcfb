"""A body that is used as it came."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Query
from mainstay.check.finding import Found

CHECKS = re.compile(r"valid|schema|serializer|form|clean|parse$|load$|check|assert|celebrate|joi|zod", re.IGNORECASE)


def findings(facts: Facts) -> Iterator[Found]:
    """Writes of the body in handlers in which nothing validates."""
    for route in facts.routes:
        handler = route.handler
        if handler is None or route.validated or not route.changes or route.stack == "fastapi":
            continue
        if any(CHECKS.search(each) for each in handler.calls) or any(CHECKS.search(each) for each in route.guards):
            continue
        for query in handler.of(Query):
            raw = query.by_input is not None and query.by_input.kind == "body" and not query.by_input.safe
            if query.action in ("insert", "update") and raw and query.by_input is not None:
                yield Found(
                    query.place,
                    "what the caller sent is written without any check of its types and bounds",
                    "review",
                    query.by_input.steps,
                )
                break
