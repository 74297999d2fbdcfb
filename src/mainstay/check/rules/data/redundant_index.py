"""An index that another one covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mainstay.check.facts import Facts, Index
from mainstay.check.facts.catalogue import bare
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Indexes whose columns are the first of another."""
    tables: dict[tuple[str, str], list[Index]] = defaultdict(list)
    for index in facts.of(Index):
        if index.plain and index.columns:
            tables[index.group, bare(index.table)].append(index)
    for plain in tables.values():
        for at, index in enumerate(plain):
            other = next((one for two, one in enumerate(plain) if two != at and _covers(one, index, two < at)), None)
            if other is not None and not index.unique and not index.constraint:
                same = "has" if len(other.columns) == len(index.columns) else "begins with"
                proof = (Step(other.place, f"{other.name} {same} the same columns"),)
                yield Found(index.place, f"{other.name} makes {index.name} redundant", "proven", proof)


def _covers(other: Index, index: Index, before: bool) -> bool:
    """Whether another index does all that this one does; of two that are alike, the first stays."""
    count = len(index.columns)
    if other.where != index.where or [one.lower() for one in other.columns[:count]] != [
        one.lower() for one in index.columns
    ]:
        return False
    turned = {one != two for one, two in zip(other.descending[:count], index.descending, strict=False)}
    if len(turned) > 1:
        return False
    return len(other.columns) > count or other.unique or before
