"""An index on a column that is the same in every entry."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Index
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Partial indexes on the column that their condition fixes."""
    for index in facts.of(Index):
        if index.columns and index.columns[0] in index.where_columns and not index.unique:
            yield Found(
                index.place,
                f"every entry of {index.name} has the same {index.columns[0]}: its own condition says so",
                "proven",
            )
