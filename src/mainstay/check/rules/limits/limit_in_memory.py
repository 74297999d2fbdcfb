"""A limit that every process counts for itself."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Limit
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Limiters without a store."""
    for limit in facts.of(Limit):
        if limit.declared and limit.in_memory:
            yield Found(
                limit.place, "calls are counted in the memory of one process: each worker has its own count", "likely"
            )
