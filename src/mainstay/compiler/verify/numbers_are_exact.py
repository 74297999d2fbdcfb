"""No decimal is kept as a binary float without a written reason."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from mainstay.compiler.draft import Draft
from mainstay.compiler.problem import Problem, place_of
from mainstay.declare.field import options_of


def numbers_are_exact(draft: Draft) -> Iterator[Problem]:
    """On SQLite, a problem for each Numeric column that is not of a kind of Mainstay's."""
    if draft.database != "sqlite":
        return
    for table in draft.tables.values():
        for column in table.table.columns:
            plain = isinstance(column.type, sa.Numeric) and not isinstance(column.type, sa.Float)
            if plain and options_of(column).approximate is None and table.mapper is not None:
                yield Problem(
                    place_of(table.mapper.class_),
                    f"{table.table.name}.{column.name} is Numeric, which SQLite keeps as a binary float",
                    'use field(kind=Decimal(..)), or say field(approximate="reason")',
                )
