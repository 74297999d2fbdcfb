"""Orders that are deleted with their customer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.finding import Found

MONEY = re.compile(
    r"order|payment|invoice|transaction|ledger|charge|refund|payout|subscription|booking|purchase", re.IGNORECASE
)


def findings(facts: Facts) -> Iterator[Found]:
    """Cascading deletes into tables that keep what was paid."""
    for table in facts.of(Table):
        for column in table.columns:
            if column.on_delete == "CASCADE" and MONEY.search(table.name):
                yield Found(column.place, f"rows of {table.name} are deleted with their {column.references}", "likely")
