"""A secret made of random numbers that can be guessed."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, RandomUse
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Generators that are not made for secrets, under names of secrets."""
    for use in facts.of(RandomUse):
        yield Found(
            use.place, f"{use.name or 'a secret'} is made with {use.call}, whose next numbers can be guessed", "likely"
        )
