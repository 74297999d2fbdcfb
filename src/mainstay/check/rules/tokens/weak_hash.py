"""A digest that can be forged, kept as a secret."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import DigestUse, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """MD5 and SHA-1 where a secret or a signature is made of them."""
    for use in facts.of(DigestUse):
        yield Found(use.place, f"what is kept as {use.name} is made with MD5 or SHA-1, which are broken", "likely")
