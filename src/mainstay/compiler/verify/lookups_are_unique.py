"""What stands in a path names one row at most."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft
from mainstay.compiler.passes.tables import unique_sets
from mainstay.compiler.problem import Problem


def lookups_are_unique(draft: Draft) -> Iterator[Problem]:
    """A problem for each lookup that two rows could share, or that could be null."""
    for resource in draft.resources:
        columns = {resource.mapper.columns[name].name for name in resource.lookup}
        if not columns:
            continue
        nullable = any(resource.table.c[name].nullable for name in columns)
        if nullable or not any(unique <= columns for unique in unique_sets(resource.table)):
            yield Problem(
                resource.place("lookup"),
                f"{resource.declared.__name__}.lookup is {', '.join(sorted(columns))}, which "
                + ("can be null" if nullable else "two rows could share"),
                "declare it with field(unique=True) and without None, or leave `lookup` out to use the key",
            )
