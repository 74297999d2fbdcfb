"""A connection to whoever answers."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Uncertified
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Clients that do not look at the certificate of the other end."""
    for use in facts.of(Uncertified):
        yield Found(use.place, f"{use.call} takes any certificate ({use.how}): anybody between may answer", "likely")
