"""A column that keeps moments without their zone."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Columns of type TIMESTAMP and DATETIME."""
    for table in facts.of(Table):
        for column in table.columns:
            if column.kind in ("TIMESTAMP", "DATETIME", "TIMESTAMPNTZ"):
                yield Found(
                    column.place,
                    f"{table.name}.{column.name} keeps no zone: it means another moment for every session",
                    "likely",
                )
