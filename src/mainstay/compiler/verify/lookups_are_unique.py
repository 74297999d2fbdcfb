"""What stands in a path names one row at most."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from mainstay.compiler.draft import Draft
from mainstay.compiler.problem import Problem


def lookups_are_unique(draft: Draft) -> Iterator[Problem]:
    """A problem for each lookup that two rows could share, or that could be null."""
    for resource in draft.resources:
        columns = {resource.mapper.columns[name].name for name in resource.lookup}
        if not columns:
            continue
        nullable = any(resource.table.c[name].nullable for name in columns)
        if columns not in unique_sets(resource.table) or nullable:
            yield Problem(
                resource.place("lookup"),
                f"{resource.declared.__name__}.lookup is {', '.join(sorted(columns))}, which "
                + ("can be null" if nullable else "two rows could share"),
                "declare it with field(unique=True) and without None, or leave `lookup` out to use the key",
            )


def unique_sets(table: sa.Table) -> list[set[str]]:
    """The sets of columns whose values no two rows share."""
    sets = [{column.name for column in table.primary_key.columns}]
    sets += [
        {column.name for column in item.columns} for item in table.constraints if isinstance(item, sa.UniqueConstraint)
    ]
    return sets + [{column.name for column in index.columns} for index in table.indexes if index.unique]
