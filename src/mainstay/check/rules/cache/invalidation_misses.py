"""An invalidation that matches nothing."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import CacheUse, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Deletions of a key that has dots or a star where others have values."""
    for use in facts.of(CacheUse):
        if use.action == "delete" and use.literal_dots:
            yield Found(use.place, f"no key is called {use.pattern!r}: delete takes a key, and no pattern", "proven")
