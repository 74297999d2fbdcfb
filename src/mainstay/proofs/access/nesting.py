"""Operations under the path of another row: which rows are whose, as the proof sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mainstay.operation import Application, Operation, Resource
from mainstay.proofs.access.cells import Cell, Row
from mainstay.proofs.access.personas import Persona

Reads = Callable[[Resource, Row, Persona], bool]
"""Whether a persona may read a row of a resource."""


def pairs(application: Application, operation: Operation) -> tuple[tuple[str, str], ...]:
    """The columns of an operation's rows that refer to the parent in its path, each with the parent's."""
    assert operation.under is not None
    table = application.table(application.resource(operation.resource or "").table)
    return table.relation(operation.under.relation).steps[0].pairs


def parents(application: Application, operation: Operation, rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The rows that can stand in an operation's path, those first that most of its rows refer to."""
    assert operation.under is not None
    children = rows[application.resource(operation.resource or "").table]
    above = rows[application.resource(operation.under.resource).table]
    return sorted(above, key=lambda parent: -sum(belongs(application, operation, row, parent) for row in children))


def belongs(application: Application, operation: Operation, row: Row, parent: Row) -> bool:
    """Whether a row refers to the parent in a path."""
    return all(row[own] is not None and row[own] == parent[its] for own, its in pairs(application, operation))


def leads_nowhere(application: Application, cell: Cell, reads: Reads) -> bool:
    """Whether the path of a cell leads nowhere: over a parent that the persona may not read, or not its row's."""
    if cell.above is None or cell.operation.under is None:
        return False
    if not reads(application.resource(cell.operation.under.resource), cell.above, cell.persona):
        return True
    return cell.row is not None and not belongs(application, cell.operation, cell.row, cell.above)


def said(application: Application, operation: Operation, parent: Row | None) -> dict[str, Any]:
    """What the path says of a new row."""
    if parent is None:
        return {}
    return {own: parent[its] for own, its in pairs(application, operation)}
