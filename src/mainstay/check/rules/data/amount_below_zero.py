"""An amount that may be less than nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found

NAMES = re.compile(r"(^|_)(price|quantity|qty|stock|cost|fee|weight|duration|size)s?$", re.IGNORECASE)
NUMBERS = ("INT", "BIGINT", "SMALLINT", "NUMERIC", "REAL", "DOUBLE", "FLOAT", "MONEY")


def findings(facts: Facts) -> Iterator[Found]:
    """Columns for prices and quantities without a CHECK."""
    for table in facts.of(Table):
        if table.tool not in ("sql", "live") or not table.whole:
            continue
        for column in table.columns:
            name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.name)
            free = column.base in NUMBERS and not column.checked and not column.generated
            if free and NAMES.search(name) and not any(column.name in key.columns for key in table.foreign_keys):
                yield Found(column.place, f"{table.name}.{column.name} may be less than zero", "review")
