"""A refresh token passes for an access token."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, TokenUse
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Readers of tokens in a program that writes the kind of token and never reads it."""
    kinds = {"typ", "type", "token_type", "tokenType", "use"}
    made = [each for each in facts.of(TokenUse) if each.action == "encode" and each.claims and each.claims & kinds]
    read = set().union(*(handler.names for handler in facts.handlers))
    for handler in facts.handlers:
        if handler.test:
            continue
        for use in handler.of(TokenUse):
            named = set().union(*(each.claims or () for each in made)) & kinds
            if use.action == "decode" and use.verified and named and not named & (read | use.required):
                claim = sorted(named)[0]
                proof = tuple(Step(each.place, f"a token is made with the claim {claim}") for each in made[:2])
                yield Found(use.place, f"the claim {claim} is written and never looked at", "likely", proof)
