"""Describes every table that the resources reach: kinds, defaults, references, relations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapper, RelationshipProperty, configure_mappers

from mainstay import kinds
from mainstay.compiler.draft import Draft, DraftTable
from mainstay.compiler.problem import Place, place_of
from mainstay.declare.field import options_of
from mainstay.kinds import ImpossibleKind
from mainstay.operation import Reference, Relation, Step

PLAIN = (str, int, float, bool)


def tables(draft: Draft) -> None:
    """Every table from which a resource's rows can be reached, and those."""
    configure_mappers()
    mappers: dict[sa.Table, Mapper[Any]] = {}
    for resource in draft.resources:
        for mapper in resource.mapper.registry.mappers:
            if isinstance(mapper.local_table, sa.Table):
                mappers.setdefault(mapper.local_table, mapper)
    waiting = [resource.table for resource in draft.resources]
    while waiting:
        table = waiting.pop()
        if table.name in draft.tables:
            continue
        mapper = mappers.get(table)
        draft.tables[table.name] = described = DraftTable(table, mapper)
        describe(draft, described)
        waiting.extend(reached(described, mapper))


def reached(described: DraftTable, mapper: Mapper[Any] | None) -> Iterator[sa.Table]:
    """The tables one step away."""
    for constraint in described.table.foreign_key_constraints:
        yield constraint.referred_table
    for relationship in mapper.relationships if mapper is not None else ():
        if isinstance(relationship.mapper.local_table, sa.Table):
            yield relationship.mapper.local_table
        if isinstance(relationship.secondary, sa.Table):
            yield relationship.secondary


def describe(draft: Draft, described: DraftTable) -> None:
    """Fills in what is known of one table."""
    table = described.table
    for column in table.columns:
        try:
            described.kinds[column.name] = kinds.of_column(column)
        except ImpossibleKind as error:
            draft.problem(
                where(described),
                f"{table.name}.{column.name}: {error}",
                "use a type that a kind has, or hide the table",
            )
            continue
        text, maker = default_of(column)
        if text is not None:
            described.defaults[column.name] = text
        if maker is not None:
            described.makers[column.name] = maker
        toucher = maker_of(column.onupdate)
        if toucher is not None:
            described.touchers[column.name] = toucher
    for constraint in table.foreign_key_constraints:
        local = tuple(column.name for column in constraint.columns)
        remote = tuple(element.column.name for element in constraint.elements)
        described.references.append(
            Reference(local, constraint.referred_table.name, remote, str(constraint.name or ""))
        )
    for relationship in described.mapper.relationships if described.mapper is not None else ():
        steps = steps_of(relationship)
        if steps is not None:
            described.relations[relationship.key] = Relation(relationship.key, steps, bool(relationship.uselist))


def where(described: DraftTable) -> Place:
    """Where the table's model is written."""
    return (
        place_of(described.mapper.class_)
        if described.mapper is not None
        else Place(f"<table {described.table.name}>", 0)
    )


def default_of(column: sa.Column[Any]) -> tuple[str | None, Callable[[], Any] | None]:
    """What stands in a column where a write says nothing, as data and as a function."""
    given = options_of(column).default
    if given is not None:
        return f"actor.{given.claim}", None
    maker = maker_of(column.default)
    if maker is not None and isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar:
        constant = maker()
        return msgspec.json.encode(constant if isinstance(constant, PLAIN) else str(constant)).decode(), maker
    if maker is not None:
        return "generated", maker
    if column.server_default is not None or column.identity is not None or column is column.table.autoincrement_column:
        return "database", None
    return None, None


def maker_of(default: Any) -> Callable[[], Any] | None:
    """What makes the value of SQLAlchemy's default; None where the database does, or nothing."""
    if isinstance(default, sa.ColumnDefault) and default.is_callable:
        make = default.arg
        return lambda: make(None)
    if isinstance(default, sa.ColumnDefault) and default.is_scalar:
        constant = default.arg
        return lambda: constant
    return None


def steps_of(relationship: RelationshipProperty[Any]) -> tuple[Step, ...] | None:
    """The relation as pairs of equal columns; None where it is more than that."""
    target = relationship.mapper.local_table
    if not isinstance(target, sa.Table) or relationship.direction is None:
        return None
    if relationship.secondary is None:
        pairs = tuple((local.name, remote.name) for local, remote in relationship.local_remote_pairs or ())
        return (Step(target.name, pairs),) if equalities(relationship.primaryjoin) == len(pairs) else None
    if not isinstance(relationship.secondary, sa.Table):
        return None
    there = tuple((own.name, link.name) for own, link in relationship.synchronize_pairs)
    onward = tuple((link.name, own.name) for own, link in relationship.secondary_synchronize_pairs or ())
    return (Step(relationship.secondary.name, there), Step(target.name, onward))


def equalities(condition: Any) -> int:
    """How many comparisons a join's condition has."""
    return sum(1 for part in sa.sql.visitors.iterate(condition) if isinstance(part, sa.BinaryExpression))
