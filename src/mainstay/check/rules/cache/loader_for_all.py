"""A loader that remembers rows for every caller."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Loader
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Loaders that are made outside of a request."""
    for loader in facts.of(Loader):
        what = "this loader lives as long as the process: what one caller may see is answered to the next"
        yield Found(loader.place, what, "likely")
