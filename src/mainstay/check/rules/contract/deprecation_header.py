"""A header in a form that never became a standard."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Header
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Deprecation headers that are not a moment."""
    for header in facts.of(Header):
        if header.name == "deprecation" and not header.value.startswith("@"):
            yield Found(
                header.place, f"Deprecation: {header.value} is not of RFC 9745, which has @ and seconds", "proven"
            )
