"""Non-interference: two databases that differ only in what a persona may not read give it equal bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.operation import Application, Resource
from mainstay.policy.tree import Column, Exists, tables_in
from mainstay.proofs.access.cells import Cell
from mainstay.proofs.access.doors import Reply
from mainstay.proofs.access.matrix import MOST_PAGES, Disagreement, Matrix, Planned
from mainstay.proofs.access.oracle import Oracle
from mainstay.proofs.access.pages import following
from mainstay.proofs.access.personas import Persona, table_of
from mainstay.proofs.access.rows import Rows
from mainstay.proofs.access.sites import sites
from mainstay.proofs.access.store import Store
from mainstay.proofs.access.values import Values
from mainstay.proofs.access.worked_out import computed_fields, own_columns

SAID = ("etag", "last-modified", "location", "link")
"""Headers that could tell something of a row."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How much one persona was asked of two databases, and what differed."""

    persona: str
    requests: int
    hidden: int
    """Rows and values that the persona may not read and that were changed, added or taken away."""
    differences: tuple[Disagreement, ...]


async def compared(
    application: Application, matrix: Matrix, cells: Sequence[Planned], personas: Sequence[Persona]
) -> list[Compared]:
    """Every read of every persona, on the generated rows and on others that differ in what it may not read."""
    asked = {
        persona.name: [planned.cell for planned in cells if planned.asked and reads(planned.cell, persona)]
        for persona in personas
    }
    before = {name: [await heard(matrix, cell) for cell in mine] for name, mine in asked.items()}
    found: list[Compared] = []
    variants = Variants(application, matrix.oracle)
    store = matrix.store
    for persona in personas:
        rows, hidden = variants.of(persona)
        await refill(store, rows)
        differences = []
        for cell, replies in zip(asked[persona.name], before[persona.name], strict=True):
            now = await heard(matrix, cell)
            if now != replies:
                differences.append(witness(matrix, cell, replies, now))
        found.append(Compared(persona.name, len(asked[persona.name]), hidden, tuple(differences)))
    await refill(store, store.generated.rows)
    return found


def reads(cell: Cell, persona: Persona) -> bool:
    """Whether a cell is a read of the persona's."""
    return cell.operation.action in ("list", "get") and cell.persona.name == persona.name


async def refill(store: Store, rows: Rows) -> None:
    """The store with other rows in it."""
    await store.empty()
    await store.database.write(lambda: store.inserting(rows))


async def heard(matrix: Matrix, cell: Cell) -> list[tuple[int, bytes, tuple[tuple[str, str], ...]]]:
    """All that a persona hears of one cell: statuses, bytes and telling headers, of a list page by page."""
    request = matrix.requests.request(cell)
    replies = [await matrix.door.ask(request)]
    seen = 0
    while cell.operation.action == "list" and replies[-1].status == 200 and len(replies) < MOST_PAGES:
        seen += len(replies[-1].data)
        onward = following(cell.operation, request, replies[-1], seen)
        if onward is None:
            break
        replies.append(await matrix.door.ask(onward))
    return [(reply.status, reply.raw if reply.status < 300 else b"", said(reply)) for reply in replies]


def said(reply: Reply) -> tuple[tuple[str, str], ...]:
    """The headers that could tell something of a row."""
    return tuple((name, value) for name, value in reply.headers if name in SAID)


def witness(matrix: Matrix, cell: Cell, before: Any, now: Any) -> Disagreement:
    """What a person needs to see a difference again."""
    one, other = next(((a, b) for a, b in zip(before, now, strict=False) if a != b), (before[-1], now[-1]))
    return Disagreement(
        persona=f"{cell.persona.name}: {cell.persona.actor}",
        operation=cell.operation.name,
        about=cell.about,
        request=matrix.requests.request(cell).curl(),
        row=str(dict(cell.row)) if cell.row is not None else "",
        expected=f"{one[0]} {one[1][:400].decode(errors='replace')}",
        got=f"{other[0]} {other[1][:400].decode(errors='replace')}",
        what="what the persona may not read changes what it is told",
    )


class Variants:
    """Other rows that a persona cannot tell from the generated ones."""

    def __init__(self, application: Application, oracle: Oracle) -> None:
        self.application = application
        self.oracle = oracle
        self.generated = oracle.generated
        self.fresh = 90_000
        every = sites(application)
        self.looked_through = {node.table for site in every for node in site.policy.walk() if isinstance(node, Exists)}
        """Tables of which any row may decide something, whoever asks."""
        self.decisive = {
            (table_of(site.policy, node.source, site.table), node.name)
            for site in every
            for node in site.policy.walk()
            if isinstance(node, Column)
        }
        for resource in application.resources:
            self.decisive |= {(resource.table, column) for column in self.told(resource)}
            for computed in computed_fields(resource):
                tables = {resource.table: resource.table, **tables_in(computed.value)}
                if computed.all_rows is not None:
                    self.looked_through |= set(tables_in(computed.value).values())
                    columns = (node for node in computed.value.walk() if isinstance(node, Column))
                    self.decisive |= {(tables[column.source], column.name) for column in columns}

    def told(self, resource: Resource) -> set[str]:
        """The columns that nobody reads, but what is made of them."""
        readable = {field.column for field in resource.fields if field.readable}
        return own_columns(resource) - readable

    def of(self, persona: Persona) -> tuple[Rows, int]:
        """Rows that differ from the generated ones in as much as the persona may not read, and in how many places."""
        rows: Rows = {}
        changed = 0
        for table, given in self.generated.rows.items():
            rows[table] = []
            for row in given:
                kept = self.variant(table, row, persona)
                changed += kept is not row
                if kept is not None:
                    rows[table].append(kept)
            for row in given:
                more = self.addition(table, row, persona)
                if more is not None:
                    rows[table].append(more)
                    changed += 1
        return rows, changed

    def variant(self, table: str, row: dict[str, Any], persona: Persona) -> dict[str, Any] | None:
        """A row with what the persona may not read of it changed; None where all of it may go."""
        exposing = list(self.application.resources_of(table))
        if not exposing:
            return row
        seeing = [resource for resource in exposing if self.oracle.reads(resource, row, persona)]
        if not seeing and table not in self.looked_through and not self.oracle.is_referenced(table, row):
            return None if self.generated.rows[table].index(row) % 2 else self.changed(table, row, self.free(table))
        secret = self.free(table)
        if seeing:
            secret = {
                column
                for column in secret
                for shown in [[field for resource in seeing for field in resource.fields if field.column == column]]
                if shown
                and all(
                    not field.readable or not self.oracle.reads_column(resource, column, row, persona)
                    for resource in seeing
                    for field in resource.fields
                    if field.column == column
                )
            }
        return self.changed(table, row, secret) if secret else row

    def free(self, table: str) -> set[str]:
        """The columns that no policy looks at, that are no key and refer to nothing."""
        described = self.application.table(table)
        bound = set(described.key) | {name for reference in described.references for name in reference.columns}
        bound |= {resource.deleted for resource in self.application.resources_of(table) if resource.deleted}
        return {
            column.name
            for column in described.columns
            if column.name not in bound and (table, column.name) not in self.decisive
        }

    def changed(self, table: str, row: dict[str, Any], columns: set[str]) -> dict[str, Any]:
        """The row with other values in some columns."""
        new = dict(row)
        checked = self.oracle.has_checks(table)
        for column in sorted(columns) if not checked else ():
            self.fresh += 1
            value = Values(self.oracle.storage.kind(table, column)).different(self.fresh)
            new[column] = value if value is not None else row[column]
        return new

    def addition(self, table: str, row: dict[str, Any], persona: Persona) -> dict[str, Any] | None:
        """One row more that the persona may not read; None where there cannot be one like this."""
        exposing = list(self.application.resources_of(table))
        described = self.application.table(table)
        if not exposing or table in self.looked_through or len(described.key) != 1 or self.oracle.has_checks(table):
            return None
        if any(self.oracle.reads(resource, row, persona) for resource in exposing):
            return None
        if any(column in reference.columns for reference in described.references for column in described.key):
            return None
        new = self.changed(table, row, self.free(table))
        for column in {described.key[0], *[name for columns in described.unique for name in columns]}:
            self.fresh += 1
            new[column] = Values(self.oracle.storage.kind(table, column)).different(self.fresh)
        unread = not any(self.oracle.reads(resource, new, persona, self.generated.rows) for resource in exposing)
        return new if unread else None
