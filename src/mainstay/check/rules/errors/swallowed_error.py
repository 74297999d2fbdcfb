"""An error that nobody hears of."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Caught, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Broad catches that do nothing."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for each in handler.of(Caught):
            what = "every error is caught here, and nothing is done with it"
            yield Found(each.place, what, "likely" if each.silent else "review")
