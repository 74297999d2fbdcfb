"""A door at which one may try as often as one likes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Limit
from mainstay.check.finding import Found

SENSITIVE = re.compile(
    r"log_?-?in|sign_?-?in|password|reset|otp|verify_?code|token$|authenticate|2fa|mfa", re.IGNORECASE
)
LIMITED = re.compile(r"limit|throttle|attempt|lockout|axes|captcha", re.IGNORECASE)
ALL_ROUTES = {"default_limits", "SlowAPIMiddleware", "RateLimitMiddleware", "application_limits"}
"""Names of what counts the calls of every route."""


def findings(facts: Facts) -> Iterator[Found]:
    """Sign-in, password and code endpoints before which nothing counts calls."""
    if any(each.declared for each in facts.of(Limit)) and any(ALL_ROUTES & handler.names for handler in facts.handlers):
        return
    for route in facts.routes:
        handler = route.handler
        if handler is None or route.limited or "POST" not in route.methods:
            continue
        name = f"{route.path} {handler.name}"
        if SENSITIVE.search(name) and not any(LIMITED.search(each) for each in (*handler.names, *handler.decorators)):
            yield Found(
                route.place,
                f"{route.path or handler.name} can be tried without end: nothing counts the tries",
                "review",
            )
