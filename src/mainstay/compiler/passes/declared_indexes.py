"""The indexes that what is exposed needs, declared on the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import UnaryExpression

from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.passes.declared_lists import ended_by_key
from mainstay.declare.resource import Descending, attribute_name
from mainstay.operation import Index
from mainstay.policy import tree

Order = list[tuple[str, bool]]
LONGEST = 63
"""Characters that PostgreSQL keeps of a name."""


class NullsFirst(sa.ColumnElement[Any]):
    """A nullable column of an index in the order that null is the smallest value."""

    inherit_cache = False
    type = sa.types.NullType()
    _traverse_internals = (("column", sa.sql.visitors.InternalTraversal.dp_clauseelement),)

    def __init__(self, column: sa.Column[Any], *, down: bool) -> None:
        self.column = column
        self.down = down


@compiles(NullsFirst)
def compile_nulls_first(element: NullsFirst, compiler: Any, **options: Any) -> str:
    """SQLite orders nulls so by itself, and takes no such words in an index."""
    return compiler.process(element.column, **options) + (" DESC" if element.down else "")


@compiles(NullsFirst, "postgresql")
def compile_nulls_first_postgresql(element: NullsFirst, compiler: Any, **options: Any) -> str:
    """PostgreSQL takes null for the largest value unless it is told."""
    direction = " DESC NULLS LAST" if element.down else " ASC NULLS FIRST"
    return compiler.process(element.column, **options) + direction


def indexes(draft: Draft) -> None:
    """Every index that is needed, less those that another one begins with."""
    needed: dict[str, list[tuple[Order, str]]] = {name: [] for name in draft.tables}
    for resource in draft.resources:
        for table, order, reason in needs(draft, resource):
            needed[table].append((order, reason))
    for name, table in draft.tables.items():
        for reference in table.references:
            needed[name].append(([(column, False) for column in reference.columns], "a reference"))
        table.indexes = keep(table, needed[name])
        if draft.declare_indexes:
            for index in table.indexes:
                declare(table.table, index)


def needs(draft: Draft, resource: DraftResource) -> Iterator[tuple[str, Order, str]]:
    """What one resource needs: table, columns, and what for."""
    own, key = resource.table.name, draft.tables[resource.table.name].key
    yield own, resource.order, f"the default order of {resource.name}"
    for sort in resource.sorts:
        if sort.unindexed is None:
            yield own, ended_by_key([(sort.column, False)], key), f"sort={sort.name}"
    for filter_ in resource.filters:
        leads = resource.order[0][0] == filter_.column
        if filter_.unindexed is None and not filter_.relations and not leads:
            rest = [part for part in resource.order if part[0] != filter_.column]
            yield own, [(filter_.column, False), *rest], f"filter {filter_.name} with the default order"
    for filter_ in resource.filters:
        if filter_.relations:
            yield from needs_of_path(
                draft, resource, filter_.relations, filter_.column, filter_.unindexed, filter_.name
            )
    for include in resource.includes:
        step = draft.tables[own].relations[include.relation].steps[0]
        yield step.table, [(remote, False) for _, remote in step.pairs], f"include={include.name}"
    for together in resource.declared.indexes:
        columns = [(column_name(resource, part), isinstance(part, Descending)) for part in together.columns]
        yield own, columns, "together(..)"
    for policy in resource.policies.values():
        yield from needs_of_policy(own, resource.order, policy)


def column_name(resource: DraftResource, part: Any) -> str:
    """The column that a part of `together(..)` names."""
    attribute = part.column if isinstance(part, Descending) else part
    return str(resource.mapper.columns[attribute_name(attribute)].name)


def needs_of_path(
    draft: Draft, resource: DraftResource, relations: tuple[str, ...], column: str, unindexed: str | None, name: str
) -> Iterator[tuple[str, Order, str]]:
    """What a filter over relations needs: each step from either end, and the column itself."""
    table, before = draft.tables[resource.table.name], resource.table.name
    for relation_name in relations:
        relation = table.relations[relation_name]
        for step in relation.steps:
            reason = f"filter {name}"
            yield step.table, [(remote, False) for _, remote in step.pairs], reason
            yield before, [(local, False) for local, _ in step.pairs], reason
            before = step.table
        table = draft.tables[relation.target]
    if unindexed is None:
        yield table.table.name, [(column, False)], f"filter {name}"


def needs_of_policy(own: str, order: Order, policy: tree.Node) -> Iterator[tuple[str, Order, str]]:
    """What a policy needs: the columns that it compares with the actor, and those that an EXISTS looks up by."""
    for node in policy.walk():
        if isinstance(node, tree.Exists):
            columns = [(name, False) for name in looked_up(node.source, innermost(node))]
            if columns:
                yield node.table, columns, "a policy"
    for name in looked_up(own, policy):
        yield own, [(name, False), *[part for part in order if part[0] != name]], "a policy"


def innermost(exists: tree.Exists) -> tree.Node:
    """The condition of an EXISTS, below those that stand directly in it."""
    return innermost(exists.where) if isinstance(exists.where, tree.Exists) else exists.where


def outside_exists(node: tree.Node) -> Iterator[tree.Node]:
    """The node and all below it, but nothing inside an EXISTS."""
    yield node
    if not isinstance(node, tree.Exists):
        for child in node.children():
            yield from outside_exists(child)


def looked_up(source: str, where: tree.Node) -> list[str]:
    """Columns of `source` that a condition compares for equality with what is not of it."""
    names: list[str] = []
    for node in outside_exists(where):
        if isinstance(node, tree.Compare) and node.operator == "eq":
            for column, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(column, tree.Column) and column.source == source and is_outside(other, source):
                    names.append(column.name)
    return list(dict.fromkeys(names))


def is_outside(value: tree.Node, source: str) -> bool:
    """Whether a value is the actor's or another table's."""
    return isinstance(value, tree.ActorValue) or (isinstance(value, tree.Column) and value.source != source)


def keep(table: DraftTable, needed: list[tuple[Order, str]]) -> list[Index]:
    """The needed indexes, longest first, without those that a kept or existing one serves."""
    serving = list(existing(table.table))
    kept: list[Index] = []
    for order, reason in sorted(needed, key=lambda need: -len(need[0])):
        if order and not any(serves(index, order) for index in serving):
            serving.append(order)
            kept.append(Index(index_name(table.table.name, order), tuple(order), reason=reason))
    return sorted(kept, key=lambda index: index.name)


def existing(table: sa.Table) -> Iterator[Order]:
    """The column orders that the table's key, unique constraints and own indexes already have."""
    yield [(column.name, False) for column in table.primary_key.columns]
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            yield [(column.name, False) for column in constraint.columns]
    for index in table.indexes:
        parts = [part_of(expression) for expression in index.expressions]
        whole = index.dialect_options["postgresql"].get("where") is None
        if all(parts) and whole and not index.info.get("mainstay"):
            yield [part for part in parts if part is not None]


def part_of(expression: Any) -> tuple[str, bool] | None:
    """A column of an index and whether it descends; None for anything else."""
    if isinstance(expression, UnaryExpression) and isinstance(expression.element, sa.Column):
        return expression.element.name, "desc" in str(expression.modifier)
    return (expression.name, False) if isinstance(expression, sa.Column) else None


def serves(index: Order, order: Order) -> bool:
    """Whether an index on `index` begins with `order`, read in either direction."""
    begin = index[: len(order)]
    return begin == order or begin == [(name, not down) for name, down in order]


def index_name(table: str, order: Order) -> str:
    """A name that says the columns, cut where it is too long and then told apart by a hash."""
    name = "_".join(["ix", table, *[f"{column}{'_desc' if down else ''}" for column, down in order]])
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def declare(table: sa.Table, index: Index) -> None:
    """Puts the index onto SQLAlchemy's table, once."""
    if any(other.name == index.name for other in table.indexes):
        return
    columns = [
        NullsFirst(table.c[name], down=down)
        if table.c[name].nullable
        else table.c[name].desc()
        if down
        else table.c[name]
        for name, down in index.columns
    ]
    sa.Index(index.name, *columns, _table=table, info={"mainstay": True})
