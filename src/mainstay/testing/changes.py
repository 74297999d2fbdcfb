"""What became of rows while something ran: `assert changed == {"recipes": {"created": 1}}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mainstay.testing.rows import Raw, Rows

Row = Mapping[str, Any]
"""A row in Python's form, by column."""


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What became of the rows of one table."""

    created: list[Row] = field(default_factory=list)
    updated: list[tuple[Row, Row]] = field(default_factory=list)
    """Each as it was and as it is."""
    deleted: list[Row] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many were created, updated and deleted; what did not happen is left out."""
        every = {"created": len(self.created), "updated": len(self.updated), "deleted": len(self.deleted)}
        return {what: number for what, number in every.items() if number}


class Changes(Mapping[str, TableChanges]):
    """The tables in which rows changed, known when the block has ended.

    It is equal to a mapping such as `{"recipes": {"created": 1}, "comments": {"deleted": 3}}` where that is
    all that happened; `changed["recipes"].created[0]["title"]` is what a row holds.
    """

    def __init__(self) -> None:
        self.tables: dict[str, TableChanges] | None = None

    def compare(self, rows: Rows, before: Raw, after: Raw) -> None:
        """Finds what is otherwise than it was."""
        self.tables = {}
        for name, table in rows.tables.items():
            if before[name] == after[name]:
                continue
            old = {table.key_of(row): table.read(row) for row in before[name] - after[name]}
            new = {table.key_of(row): table.read(row) for row in after[name] - before[name]}
            self.tables[name] = TableChanges(
                created=[row for key, row in new.items() if key not in old],
                updated=[(row, new[key]) for key, row in old.items() if key in new],
                deleted=[row for key, row in old.items() if key not in new],
            )

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """By table, how many rows were created, updated and deleted."""
        return {name: table.counts for name, table in self.known.items()}

    @property
    def known(self) -> dict[str, TableChanges]:
        """By table, what happened; RuntimeError as long as that goes on."""
        if self.tables is None:
            raise RuntimeError("what changed is known when the `with` block has ended; assert behind it")
        return self.tables

    def __getitem__(self, table: str) -> TableChanges:
        known = self.known
        if table not in known:
            raise KeyError(f"nothing changed in {table}; in all, this did: {known and self.counts}")
        return known[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)

    def __eq__(self, other: object) -> bool:
        return self.counts == other if isinstance(other, dict) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.counts)
