"""An index that stops every write while it is made."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Change, Facts
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Indexes on tables that are there already, made or dropped without CONCURRENTLY."""
    for each in facts.of(Change):
        if each.concurrently or each.dialect not in ("", "postgresql"):
            continue
        if each.kind == "add index":
            what = f"{each.what} is made without CONCURRENTLY: writes to {each.table} wait until it is there"
            yield Found(each.place, what, "review")
        elif each.kind == "drop index":
            what = f"{each.what} is dropped without CONCURRENTLY: every access to {each.table} waits behind it"
            yield Found(each.place, what, "review", fix="Drop it CONCURRENTLY, outside of a transaction.")
