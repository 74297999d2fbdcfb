"""A status that may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found

STATUS = re.compile(r"(^|_)(status|state)$", re.IGNORECASE)


def findings(facts: Facts) -> Iterator[Found]:
    """Status columns of text without a CHECK."""
    for table in facts.of(Table):
        for column in table.columns:
            free = column.kind.startswith(("VARCHAR", "TEXT", "CHAR")) and not column.checked
            if STATUS.search(column.name) and free:
                nothing = " or nothing" if column.nullable else ""
                yield Found(column.place, f"{table.name}.{column.name} may be any text{nothing}", "likely")
