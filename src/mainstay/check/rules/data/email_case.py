"""Two accounts for one address."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Unique addresses that are compared by case."""
    for table in facts.of(Table):
        for column in table.columns:
            if (
                column.name.lower() in ("email", "e_mail", "email_address")
                and column.unique
                and not column.case_insensitive
            ):
                yield Found(
                    column.place,
                    f"{table.name}.{column.name} is unique by letter case: Ann@x.org and ann@x.org are two",
                    "likely",
                )
