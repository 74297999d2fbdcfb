"""A token that never ends, or that need not."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, TokenUse
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Tokens made without exp, and readers that do not demand it."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for use in handler.of(TokenUse):
            if use.action == "encode" and use.claims is not None and not {"exp", "**"} & use.claims:
                yield Found(use.place, "this token has no exp: whoever has it has it for ever", "likely")
            elif use.action == "decode" and use.library == "jwt" and use.verified and "exp" not in use.required:
                yield Found(
                    use.place, "a token without exp is accepted: it is checked only where it is there", "review"
                )
