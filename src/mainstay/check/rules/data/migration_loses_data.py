"""A way back that loses everything since."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Migration
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Downgrades that drop tables or columns."""
    for each in facts.of(Migration):
        if each.loses and each.loses_at is not None:
            yield Found(
                each.loses_at, f"going back drops {', '.join(each.loses)} with all that was written since", "review"
            )
