"""Two accounts for one address."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts
from mainstay.check.facts.catalogue import catalogue
from mainstay.check.finding import Found

NAMES = ("email", "e_mail", "email_address", "emailaddress")


def findings(facts: Facts) -> Iterator[Found]:
    """Unique addresses that are compared by case."""
    for each in catalogue(facts):
        table = each.table
        lower = any("lower" in part.lower() for index in each.indexes if index.unique for part in index.columns)
        if table.dialect == "mysql" or lower:
            continue  # its usual collations compare without case
        for column in table.columns:
            if column.name.lower() in NAMES and column.unique and not column.case_insensitive:
                what = f"{table.name}.{column.name} is unique by letter case: Ann@x.org and ann@x.org are two"
                yield Found(column.place, what, "likely" if table.tool in ("sql", "live") else "review")
