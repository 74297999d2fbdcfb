"""A library that nobody mends any more."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, RemovedApi
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Uses of libraries at their end."""
    for use in facts.of(RemovedApi):
        if use.ended:
            yield Found(use.place, use.name, "likely", fix=f"{use.instead[:1].upper()}{use.instead[1:]}.")
