"""Describes every table that the resources reach: kinds, defaults, references, relations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.sql import functions, operators

from mainstay import kinds
from mainstay.clock import now
from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.problem import Place, nearest
from mainstay.declare.field import Options, options_of
from mainstay.kinds import ImpossibleKind, Kind
from mainstay.tables import Reference, Relation, Step

NOW = (functions.now, functions.current_timestamp)
"""SQL that is done in Python, so that both databases write the same moment."""


def tables(draft: Draft) -> None:
    """Every table from which a resource's rows can be reached, and those."""
    try:
        for resource in draft.resources:
            resource.mapper.registry.configure(cascade=True)
        for table in {table for resource in draft.resources for table in resource.table.metadata.tables.values()}:
            for constraint in table.foreign_key_constraints:
                constraint.referred_table  # noqa: B018 - raises where there is no such table
    except sa.exc.SQLAlchemyError as error:
        place = next((resource.place() for resource in draft.resources), Place("", 0))
        draft.problem(place, f"SQLAlchemy cannot map the models: {error}", "mend the model that it names")
        draft.is_unreadable = True
        return
    stand_together(draft)
    mappers: dict[sa.FromClause, Mapper[Any]] = {}
    for resource in draft.resources:
        mappers |= mappers_by_table(resource)
    waiting = [resource.table for resource in draft.resources]
    while waiting:
        table = waiting.pop()
        if table.name in draft.tables:
            if draft.tables[table.name].table is not table:
                two = DraftTable(table, mappers.get(table))
                draft.problem(
                    two.place(), f"two tables are called {table.name}", "rename one of them, or expose one of them"
                )
            continue
        draft.tables[table.name] = described = DraftTable(table, mappers.get(table))
        describe(draft, described)
        waiting.extend(reached(described))


def stand_together(draft: Draft) -> None:
    """A problem for each resource whose table stands in other metadata than those before it: it would not be made."""
    metadata = draft.metadata
    for resource in draft.resources:
        metadata = resource.table.metadata if metadata is None else metadata
        if resource.table.metadata is not metadata:
            what = f"the table {resource.table.name} stands in other metadata than the application's other tables"
            draft.problem(resource.place(), what, "derive all models from one base, such as Model")


def mappers_by_table(resource: DraftResource) -> dict[sa.FromClause, Mapper[Any]]:
    """The mappers of all models beside the resource's.

    `registry.mappers` raises where the definition of some class failed, which need not be one of ours.
    """
    managers = list(resource.mapper.registry._managers)
    return {manager.mapper.local_table: manager.mapper for manager in managers if manager.is_mapped}


def reached(described: DraftTable) -> Iterator[sa.Table]:
    """The tables one step away."""
    for constraint in described.table.foreign_key_constraints:
        yield constraint.referred_table
    for relationship in described.mapper.relationships if described.mapper is not None else ():
        if isinstance(relationship.mapper.local_table, sa.Table):
            yield relationship.mapper.local_table
        if isinstance(relationship.secondary, sa.Table):
            yield relationship.secondary


def describe(draft: Draft, described: DraftTable) -> None:
    """Fills in what is known of one table."""
    table = described.table
    for column in table.columns:
        options = options_of(column)
        try:
            if options.impossible is not None:
                raise ImpossibleKind(options.impossible)
            described.kinds[column.name] = kind = fitted(options, kinds.of_column(column))
        except ImpossibleKind as error:
            described.impossible[column.name] = str(error)
            if column.server_default is not None:
                described.defaults[column.name] = "database"
            continue
        text, maker = default_of(column, kind)
        if text is not None:
            described.defaults[column.name] = text
        if maker is not None:
            described.makers[column.name] = maker
        if options.slug_of is not None:
            make_slug(draft, described, column, options)
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
            described.relations[relationship.key] = Relation(relationship.key, steps, not is_one(steps, relationship))


def make_slug(draft: Draft, described: DraftTable, column: sa.Column[Any], options: Options) -> None:
    """Notes of which column a slug is made; a problem where it is no slug, not unique, or made of no text."""
    mapper = described.mapper
    source = None if mapper is None else mapper.columns.get(options.slug_of or "")
    named = f"{mapper.class_.__name__ if mapper is not None else described.table.name}.{column.name}"
    place = described.place(column.name)
    kind = described.kinds[column.name]
    if not isinstance(kind, kinds.Slug) or not any(unique == {column.name} for unique in unique_sets(described.table)):
        what = f"{named} is made of {options.slug_of}, and is not a slug that is unique by itself"
        draft.problem(place, what, "write Mapped[Annotated[str, kinds.Slug()]] and unique=True")
    elif source is None or not isinstance(kinds.of_column(source), kinds.Text):
        texts = (
            [key for key, known in mapper.columns.items() if isinstance(kinds.of_column(known), kinds.Text)]
            if mapper
            else []
        )
        what = f"{named} is made of {options.slug_of}, which is no text of the same model"
        draft.problem(place, what, nearest(options.slug_of or "", texts))
    else:
        described.defaults[column.name] = f"slug.{source.name}"
        if options.follow:
            described.followers.add(column.name)


def fitted(options: Options, kind: Kind) -> Kind:
    """The kind with what `field(..)` says of a column whose base did not read it."""
    if isinstance(kind, kinds.Reference):
        return replace(kind, key=options.fit(kind.key))
    return options.fit(kind)


def default_of(column: sa.Column[Any], kind: Kind) -> tuple[str | None, Callable[[], Any] | None]:
    """What stands in a column where a write says nothing, as data and as a function."""
    given = options_of(column).default
    if given is not None:
        return f"actor.{given.claim}", None
    maker = maker_of(column.default)
    if maker is not None and isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar:
        encode, constant = kind.encode(), maker()
        return msgspec.json.encode(encode(constant) if encode is not None else constant).decode(), maker
    if maker is not None:
        return "generated", maker
    if column.server_default is not None or column.identity is not None or column is column.table.autoincrement_column:
        return "database", None
    return None, None


def maker_of(default: Any) -> Callable[[], Any] | None:
    """What makes the value of SQLAlchemy's default; None where the database does, or nothing."""
    if not isinstance(default, sa.ColumnDefault):
        return None
    make = default.arg
    if default.is_callable:
        return lambda: make(None)
    if default.is_scalar:
        return lambda: make
    return now if isinstance(make, NOW) else None


def steps_of(relationship: RelationshipProperty[Any]) -> tuple[Step, ...] | None:
    """The relation as pairs of equal columns; None where it is more than that."""
    target, link = relationship.mapper.local_table, relationship.secondary
    if not isinstance(target, sa.Table) or not (link is None or isinstance(link, sa.Table)):
        return None
    first = equal_pairs(relationship.primaryjoin)
    if first is None:
        return None
    if link is None:
        pairs = tuple((local.name, remote.name) for local, remote in relationship.local_remote_pairs or ())
        return (Step(target.name, pairs),) if len(pairs) == len(first) else None
    second = equal_pairs(relationship.secondaryjoin)
    if second is None:
        return None
    there = tuple((own.name, of_link.name) for of_link, own in facing(link, first))
    onward = tuple((of_link.name, far.name) for of_link, far in facing(link, second))
    return (Step(link.name, there), Step(target.name, onward))


def equal_pairs(condition: Any) -> list[tuple[sa.Column[Any], sa.Column[Any]]] | None:
    """The columns that a join compares for equality; None where it says anything else."""
    if isinstance(condition, sa.BooleanClauseList) and condition.operator is operators.and_:
        parts = list(condition.clauses)
    else:
        parts = [condition]
    pairs = []
    for part in parts:
        two = isinstance(part, sa.BinaryExpression) and part.operator is operators.eq
        if not two or not isinstance(part.left, sa.Column) or not isinstance(part.right, sa.Column):
            return None
        pairs.append((part.left, part.right))
    return pairs


def facing(
    link: sa.Table, pairs: list[tuple[sa.Column[Any], sa.Column[Any]]]
) -> Iterator[tuple[sa.Column[Any], sa.Column[Any]]]:
    """The pairs with the column of the link table first."""
    for left, right in pairs:
        yield (left, right) if left.name in link.c and link.c[left.name].shares_lineage(left) else (right, left)


def is_one(steps: tuple[Step, ...], relationship: RelationshipProperty[Any]) -> bool:
    """Whether the relation ends at one row at most, whatever it says of itself."""
    target = relationship.mapper.local_table
    if relationship.uselist or len(steps) != 1 or not isinstance(target, sa.Table):
        return False
    remote = {name for _, name in steps[0].pairs}
    return any(unique <= remote for unique in unique_sets(target))


def unique_sets(table: sa.Table) -> list[set[str]]:
    """The sets of columns whose values no two rows share."""
    sets = [{column.name for column in table.primary_key.columns}]
    sets += [
        {column.name for column in item.columns} for item in table.constraints if isinstance(item, sa.UniqueConstraint)
    ]
    for index in table.indexes:
        partial = any(index.dialect_options[name].get("where") is not None for name in ("postgresql", "sqlite"))
        if index.unique and not partial and all(isinstance(part, sa.Column) for part in index.expressions):
            sets.append({column.name for column in index.columns})
    return sets
