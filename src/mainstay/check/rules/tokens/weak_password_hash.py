"""A password hashed by what is made to be fast."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, PasswordUse
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Fast hashes, and slow ones with too few rounds, over passwords."""
    for use in facts.of(PasswordUse):
        if use.action == "hash" and use.weak:
            yield Found(use.place, f"a password is hashed with {use.scheme}: {use.weak}", "likely")
