"""A statement that takes long, often."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, SlowStatement
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step

EQUAL = re.compile(r"\(*\"?(\w+)\"?\)*(?:::\w+)?\s*=")
COLUMN = re.compile(r"\(*\"?(\w+)\"?\)*(?:::\w+)?\s*(?:<|>|~~|IN\b)")
MANY = 10_000
"""Rows from which on to read them all is what takes the time."""


def findings(facts: Facts) -> Iterator[Found]:
    """Statements that were slow, with what their plan reads whole."""
    for each in facts.of(SlowStatement):
        shown = each.statement if len(each.statement) <= SHOWN else each.statement[:SHOWN] + ".."
        what = f"{each.calls:,} times, {each.mean_ms:,.0f} ms each, {each.share:.0%} of all time: {shown}"
        large = [scan for scan in each.scans if scan[2] >= MANY]
        proof = tuple(Step(each.place, line) for line in each.plan)
        yield Found(each.place, what, "likely" if large else "review", proof, fix=_fix(large))


SHOWN = 160


def _fix(scans: list[tuple[str, str, int]]) -> str:
    if not scans:
        return ""
    table, condition, rows = scans[0]
    columns = list(dict.fromkeys(EQUAL.findall(condition))) or COLUMN.findall(condition)[:1]
    where = f"{table}({', '.join(columns)})" if columns else table
    return f"Make an index on {where}: {rows:,} rows are read to keep those with {condition}."
