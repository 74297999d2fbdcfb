"""A service that nobody can ask whether it is well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Setting
from mainstay.check.finding import Found

NAMED = re.compile(r"health|ready|live|heartbeat|ping|status", re.IGNORECASE)
FEWEST = 5
"""Routes from which on it is taken for a service, and not for a part of one."""


def findings(facts: Facts) -> Iterator[Found]:
    """Programs with several routes of which none is a health check."""
    if facts.partial or any(each.stack == "actuator" for each in facts.of(Setting)):
        return
    named = [each for each in facts.routes if each.path]
    if len(named) < FEWEST:
        return
    if not any(NAMED.search(f"{each.path} {each.handler.name if each.handler else ''}") for each in named):
        yield Found(named[0].place, f"none of {len(named)} routes says whether the service is well", "review")
