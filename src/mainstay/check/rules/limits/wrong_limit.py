"""A limit whose text nobody understands."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Limit
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Texts of limits that do not parse."""
    for limit in facts.of(Limit):
        if limit.wrong:
            yield Found(limit.place, f"{limit.wrong}: it is not '<number>/<unit>'", "likely")
