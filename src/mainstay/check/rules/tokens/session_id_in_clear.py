"""A store that gives every session away."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, SessionStored
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Session identifiers used as keys without a hash."""
    for each in facts.of(SessionStored):
        yield Found(
            each.place, f"{each.name} is the key in the store as it is: who reads the store has every session", "likely"
        )
