"""A webhook that believes everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.finding import Found

HOOK = re.compile(r"web_?-?hook|/hooks?(/|$)|ipn\b", re.IGNORECASE)
SIGNED = re.compile(r"signature|hmac|verify|construct_?event|x-hub|svix|validate_?request|digest|secret", re.IGNORECASE)


def findings(facts: Facts) -> Iterator[Found]:
    """Handlers of webhooks in which nothing speaks of a signature."""
    for route in facts.routes:
        handler = route.handler
        if handler is None or not route.changes or not HOOK.search(f"{route.path} {handler.name}"):
            continue
        managed = any(
            each.group == route.group and {"PUT", "PATCH", "DELETE"} & set(each.methods) for each in facts.routes
        )
        if managed and HOOK.search(route.path):
            continue
        words = [*handler.names, *handler.calls, *route.guards]
        if not any(SIGNED.search(each) for each in words):
            yield Found(
                route.place, f"{route.path or handler.name} believes whoever calls: no signature is verified", "likely"
            )
