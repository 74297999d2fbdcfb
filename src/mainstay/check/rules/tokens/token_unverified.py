"""A token is read and not verified."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, TokenUse
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Tokens whose signature, key or expiry is not asked for."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for use in handler.of(TokenUse):
            if not use.verified:
                why = use.why_unverified or "the algorithm none signs nothing"
                yield Found(use.place, f"anybody can make this token: {why}", "likely")
