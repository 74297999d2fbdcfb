"""A reference to a row that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Trouble
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Foreign keys that rows break."""
    for each in facts.of(Trouble):
        if each.kind == "broken reference":
            rows = "1 row refers" if each.count == 1 else f"{each.count:,} rows refer"
            yield Found(each.place, f"{rows} from {each.table} to nothing in {each.name}: {each.detail}", "proven")
