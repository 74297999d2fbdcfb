"""Nothing can be filtered or sorted by that would read the whole table, unless a reason is written."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftTable
from mainstay.compiler.problem import Problem, place_of
from mainstay.operation import Index


def every_filter_and_sort_has_an_index(draft: Draft) -> Iterator[Problem]:
    """A problem, with the SQL that mends it, for each index that the tables do not have."""
    for table in draft.tables.values():
        declared = {str(index.name) for index in table.table.indexes}
        for index in table.indexes:
            if index.name not in declared:
                place = place_of(table.mapper.class_) if table.mapper is not None else draft.resources[0].place()
                yield Problem(
                    place,
                    f"{table.table.name} has no index for {index.reason}",
                    f'run {create(table, index)}; or write unindexed(.., "reason")',
                )


def create(table: DraftTable, index: Index) -> str:
    """The statement that makes the index."""
    columns = ", ".join(f"{name} DESC" if down else name for name, down in index.columns)
    return f"CREATE INDEX {index.name} ON {table.table.name} ({columns})"
