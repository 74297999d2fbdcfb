"""A row without what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found

NEEDED = re.compile(r"^(name|title|price|unit_price|amount|quantity|currency|created_at|email|username)$")


def findings(facts: Facts) -> Iterator[Found]:
    """Columns that say what a row is, and may be NULL."""
    for table in facts.of(Table):
        if table.tool not in ("sql", "live") or not table.whole:
            continue
        for column in table.columns:
            name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.name).lower()
            if NEEDED.match(name) and column.nullable and not column.primary and not column.generated:
                yield Found(column.place, f"{table.name}.{column.name} may be NULL", "review")
