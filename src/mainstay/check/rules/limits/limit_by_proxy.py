"""A limit that takes everybody behind a proxy for one."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Limit
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Limits by address where nothing reads the address that a proxy tells."""
    trusting = {
        "ProxyHeadersMiddleware",
        "ProxyFix",
        "trust proxy",
        "forwarded_allow_ips",
        "X-Forwarded-For",
        "x-forwarded-for",
    }
    if any(trusting & handler.names for handler in facts.handlers):
        return
    for limit in facts.of(Limit):
        if limit.declared and limit.by_address:
            yield Found(
                limit.place,
                "behind a proxy every call has the address of the proxy: all callers share one count",
                "review",
            )
