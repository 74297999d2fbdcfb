"""Every page may act as whoever is signed in."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Cors, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """CORS for all origins with credentials."""
    for cors in facts.of(Cors):
        if cors.credentials and cors.origins in ("*", "any"):
            yield Found(cors.place, "every origin may call with the cookies of whoever is signed in", "proven")
