"""A moment that belongs to no zone."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, NaiveTime
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Calls that answer naive moments."""
    for handler in facts.handlers:
        if handler.test:
            continue
        for each in handler.of(NaiveTime):
            old = "utc" in each.call
            what = f"{each.call}() gives a moment without a zone" + (
                ", and is deprecated since Python 3.12" if old else ""
            )
            yield Found(each.place, what, "proven" if old else "review", fix=f"Use {each.instead}.")
