"""A column that keeps moments without their zone."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Confidence, Found

FIX = {
    "mysql": "Keep moments in UTC, and set the time zone of every connection to UTC.",
    "sqlite": "Keep moments in UTC as text that ends with Z, and hold them to it with a CHECK.",
}


def findings(facts: Facts) -> Iterator[Found]:
    """Columns of type TIMESTAMP and DATETIME."""
    for table in facts.of(Table):
        kinds = ("DATETIME",) if table.dialect == "mysql" else ("TIMESTAMP", "DATETIME")
        sure: Confidence = "review" if table.dialect in FIX else "likely"
        for column in table.columns:
            if column.kind in kinds:
                what = f"{table.name}.{column.name} keeps no zone: it means another moment for every session"
                yield Found(column.place, what, sure, fix=FIX.get(table.dialect, ""))
