"""No decimal is kept as a binary float without a written reason."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft
from mainstay.compiler.problem import Problem
from mainstay.declare.field import options_of
from mainstay.kinds import Decimal


def numbers_are_exact(draft: Draft) -> Iterator[Problem]:
    """On SQLite, a problem for each column of a resource's that somebody else declared as Numeric."""
    if draft.database != "sqlite":
        return
    for name in dict.fromkeys(resource.table.name for resource in draft.resources):
        table = draft.tables[name]
        for column, kind in table.kinds.items():
            float_ = isinstance(kind, Decimal) and kind.approximate
            if float_ and options_of(table.table.c[column]).approximate is None:
                yield Problem(
                    table.place(column),
                    f"{name}.{column} is Numeric, which SQLite keeps as a binary float",
                    'use field(kind=Decimal(..)), or say field(approximate="reason")',
                )
