"""A session that keeps its name when somebody signs in."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, SignedIn
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Sessions into which somebody is signed in and that are not made anew."""
    for each in facts.of(SignedIn):
        if not each.renewed:
            yield Found(each.place, "somebody is signed in into the session that was there before", "likely")
