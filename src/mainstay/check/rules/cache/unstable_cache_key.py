"""A key that every process makes differently."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import CacheUse, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Keys that are made with the hash of the process."""
    for use in facts.of(CacheUse):
        if use.unstable:
            yield Found(use.place, f"the key of this {use.action} differs in every process: {use.unstable}", "proven")
