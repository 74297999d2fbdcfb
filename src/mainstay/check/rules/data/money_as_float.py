"""Money in binary fractions."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, MoneyAsFloat
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Fields, columns and parameters for amounts that are floats."""
    for each in facts.of(MoneyAsFloat):
        yield Found(
            each.place, f"{each.name} is money and kept as {each.kind}", "likely" if each.kind == "float" else "review"
        )
