"""Nothing can be filtered or sorted by that would read the whole table, unless a reason is written."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftTable
from mainstay.compiler.problem import Problem
from mainstay.tables import Index


def every_filter_and_sort_has_an_index(draft: Draft) -> Iterator[Problem]:
    """A problem, with the SQL that mends it, for each index that the tables do not have and that is not declared."""
    if draft.declare_indexes:
        return
    for table in draft.tables.values():
        declared = {str(index.name) for index in table.table.indexes}
        for index in table.indexes:
            if index.name not in declared:
                yield Problem(
                    table.needed_at[index.name](),
                    f"{table.table.name} has no index for {index.reason}",
                    f'run {create(draft, table, index)}; or write unindexed(.., "reason")',
                )


def create(draft: Draft, table: DraftTable, index: Index) -> str:
    """The statement that makes the index."""
    columns = ", ".join(part(draft, table, *column) for column in index.columns)
    return f"CREATE INDEX {index.name} ON {table.table.name} ({columns})"


def part(draft: Draft, table: DraftTable, name: str, down: bool) -> str:
    """A column of the index; null is the smallest value."""
    nulls = draft.database == "postgresql" and table.table.c[name].nullable
    return name + (" DESC" if down else "") + ((" NULLS LAST" if down else " NULLS FIRST") if nulls else "")
