"""What was checked may have changed when it is acted on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Branch, Effect, Fact, Facts, MovedMoney, OutgoingCall, Query
from mainstay.check.finding import Confidence, Found
from mainstay.check.flow.value import Step

STATES = re.compile(
    r"status|state|balance|stock|quantity|amount|available|used|paid|redeemed|claimed|processed|remaining|credits?|points|seats"
    r"|inventory|reserved|booked|cancell?ed|approved|published",
    re.IGNORECASE,
)
"""Columns that a second request must not find as the first one did."""

TURNED = re.compile(r"status|state$|enabled|active", re.IGNORECASE)
"""Columns of which it does no harm to be written twice, as long as nothing else is done."""


def findings(facts: Facts) -> Iterator[Found]:
    """Rows that are read, tested, and written in the tested column, without a lock or a condition."""
    for handler in facts.handlers:
        if handler.test:
            continue
        reads = {each.result: each for each in handler.of(Query) if each.action == "read"}
        for position, branch in enumerate(handler.facts):
            if not isinstance(branch, Branch) or not branch.columns:
                continue
            for read in (reads[each] for each in branch.results if each in reads):
                write = _write(handler.facts[position + 1 :], branch, read)
                if write is None or read.locked:
                    continue
                column = sorted(branch.columns & write.written)[0]
                proof = (
                    Step(read.place, "read here"),
                    Step(branch.place, f"{column} is looked at"),
                    Step(write.place, f"{column} is written"),
                )
                what = f"two requests at once both pass this test of {column}: no lock, no condition in the write"
                harms = STATES.search(column) and branch.ends
                if TURNED.search(column) and not _does_more(handler.facts[position + 1 :], write):
                    harms = None
                sure: Confidence = "likely" if harms else "review"
                yield Found(branch.place, what, sure, proof)
                break


def _does_more(rest: list[Fact], write: Query) -> bool:
    """Whether something else is done that two requests would do twice."""
    return any(
        isinstance(each, Effect | MovedMoney)
        or (isinstance(each, OutgoingCall) and not each.idempotent)
        or (isinstance(each, Query) and each.action in ("insert", "update") and not _same(each, write))
        for each in rest
    )


def _same(one: Query, other: Query) -> bool:
    return one is other or (one.action == "update" and (one.table == other.table or not one.table or not other.table))


def _write(rest: list[Fact], branch: Branch, read: Query) -> Query | None:
    """The write of a tested column that does not test it again."""
    for each in rest:
        if isinstance(each, Query) and each.action == "update" and branch.columns & each.written:
            same = each.table == read.table or not each.table or not read.table
            if same and not (branch.columns & each.columns) and not each.locked:
                return each
    return None
