"""An access token that lives for a day, and cannot be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, TokenUse
from mainstay.check.finding import Found

LONGEST = 3_600
"""Seconds that a token may live that nothing can revoke."""


def findings(facts: Facts) -> Iterator[Found]:
    """Tokens of more than an hour without an identifier."""
    for handler in facts.handlers:
        if handler.test or "refresh" in handler.name.lower() or "refresh" in handler.names:
            continue
        for use in handler.of(TokenUse):
            named = use.claims is not None and "jti" in use.claims
            if use.action == "encode" and not named and LONGEST < (use.lifetime or 0) < 10**9 and use.lifetime:
                hours = use.lifetime / 3600
                what = f"this token lives {hours:g} hours and has no jti by which to revoke it"
                yield Found(use.place, what, "review")
