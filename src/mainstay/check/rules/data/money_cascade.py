"""Orders that are deleted with their customer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Facts, Table
from mainstay.check.facts.catalogue import bare
from mainstay.check.finding import Found

MONEY = re.compile(
    r"(^|_)(order|payment|invoice|transaction|ledger|charge|refund|payout|booking|purchase|subscription|donation"
    r"|settlement|withdrawal|deposit)s?(_?(item|line|detail|entry|row|position|event)s?)?$"
)
AMOUNT = re.compile(r"(^|_)(amount|price|total|fee|cost|balance|currency|paid|cents)", re.IGNORECASE)
UNSURE = ("subscription", "transaction", "charge", "deposit", "order")
"""Words that mean money only where an amount stands beside them."""


def snake(name: str) -> str:
    """`CustomerOrder` as `customer_order`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def findings(facts: Facts) -> Iterator[Found]:
    """Cascading deletes into tables that keep what was paid."""
    for table in facts.of(Table):
        name = bare(snake(table.name))
        found = MONEY.search(name)
        if found is None:
            continue
        for key in table.foreign_keys:
            whole = MONEY.search(bare(snake(key.references)))
            part = whole is not None and whole.group(2) == found.group(2)  # a line of an order belongs to the order
            if key.on_delete == "CASCADE" and not part:
                sure = found.group(2) not in UNSURE or _keeps_amounts(table)
                what = f"rows of {table.name} are deleted with their {key.references}"
                yield Found(key.place, what, "likely" if sure else "review")


def _keeps_amounts(table: Table) -> bool:
    return any(AMOUNT.search(each.name) for each in table.columns)
