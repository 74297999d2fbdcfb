"""A token that is good for every service."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, TokenUse
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Tokens made with none of aud, iss and jti."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for use in handler.of(TokenUse):
            if use.action == "encode" and use.claims is not None and "**" not in use.claims and "sub" in use.claims:
                missing = [each for each in ("aud", "iss", "jti") if each not in use.claims]
                if len(missing) == 3:
                    yield Found(
                        use.place,
                        "this token has no aud, iss and jti: nothing tells whose it is or revokes it",
                        "review",
                    )
