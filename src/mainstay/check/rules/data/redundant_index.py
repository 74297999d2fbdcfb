"""An index that another one covers."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Index
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Indexes whose columns are the first of another."""
    indexes = list(facts.of(Index))
    for index in indexes:
        for other in indexes:
            longer = len(other.columns) > len(index.columns) and other.columns[: len(index.columns)] == index.columns
            if longer and other.table == index.table and not index.unique and not index.where and not other.where:
                proof = (Step(other.place, f"{other.name} begins with the same columns"),)
                yield Found(index.place, f"{other.name} makes {index.name} redundant", "proven", proof)
                break
