"""A name that the running release still uses."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Change, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Tables and columns that get another name."""
    for each in facts.of(Change):
        if each.rebuilt:
            continue
        if each.kind == "rename column":
            what = f"{each.table}.{each.what} becomes {each.after} while the running release asks for {each.what}"
            yield Found(each.place, what, "review")
        elif each.kind == "rename table":
            what = f"{each.table} becomes {each.after} while the running release asks for {each.table}"
            yield Found(each.place, what, "review")
