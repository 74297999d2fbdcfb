"""The indexes that what is exposed needs, declared on the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.passes.declared_lists import ended_by_key
from mainstay.compiler.problem import Place
from mainstay.declare.resource import Descending, Together
from mainstay.operation import Filter, Include
from mainstay.policy import tree
from mainstay.tables import Index, Step

Order = list[tuple[str, bool]]
"""Columns and whether descending."""
LONGEST = 63
"""Characters that PostgreSQL keeps of a name."""


class Need(msgspec.Struct, frozen=True):
    """An index that something needs, what for, and where that is written."""

    order: Order
    reason: str
    place: Callable[[], Place]


class NullsFirst(sa.ColumnElement[Any]):
    """A nullable column of an index in the order that null is the smallest value."""

    inherit_cache = False
    type = sa.types.NullType()
    _traverse_internals = [("column", sa.sql.visitors.InternalTraversal.dp_clauseelement)]

    def __init__(self, column: sa.Column[Any], *, down: bool) -> None:
        self.column = column
        self.down = down


@compiles(NullsFirst)
def compile_nulls_first(element: NullsFirst, compiler: Any, **options: Any) -> str:
    """SQLite orders nulls so by itself, and takes no such words in an index."""
    return str(compiler.process(element.column, **options)) + (" DESC" if element.down else "")


@compiles(NullsFirst, "postgresql")
def compile_nulls_first_postgresql(element: NullsFirst, compiler: Any, **options: Any) -> str:
    """PostgreSQL takes null for the largest value unless it is told."""
    direction = " DESC NULLS LAST" if element.down else " ASC NULLS FIRST"
    return str(compiler.process(element.column, **options)) + direction


def indexes(draft: Draft) -> None:
    """Every index that is needed, less those that another one begins with."""
    needed: dict[str, list[Need]] = {name: [] for name in draft.tables}
    for resource in draft.resources:
        for table_name, need in needs(draft, resource):
            needed[table_name].append(need)
    for name, table in draft.tables.items():
        for reference in table.references:
            needed[name].append(Need([(column, False) for column in reference.columns], "a reference", table.place))
        table.indexes = keep(table, needed[name])


def needs(draft: Draft, resource: DraftResource) -> Iterator[tuple[str, Need]]:
    """What one resource needs, and of which table."""
    own, key = resource.table.name, draft.tables[resource.table.name].key
    yield own, Need(resource.order, f"the default order of {resource.name}", partial(resource.place, "order"))
    for name, listing in resource.listings.items():
        yield own, Need(listing.order, f"the order of {resource.name}.{name}", partial(resource.place, name))
    for sort in resource.sorts:
        if sort.unindexed is None:
            place = partial(resource.place, "sorts")
            yield own, Need(ended_by_key([(sort.column, False)], key), f"sort={sort.name}", place)
    for filter_ in resource.filters:
        place = partial(resource.place, "filters")
        if filter_.relations:
            for table, order in path_orders(draft, resource, filter_):
                yield table, Need(order, f"filter {filter_.name}", place)
        elif filter_.where is not None:
            yield from needs_of_expression(filter_.where.value, f"filter {filter_.name}", place)
        elif filter_.unindexed is None and resource.order[0][0] != filter_.column:
            rest = [part for part in resource.order if part[0] != filter_.column]
            yield own, Need([(filter_.column, False), *rest], f"filter {filter_.name} with the default order", place)
    for include in resource.includes:
        steps = draft.tables[own].relations[include.relation].steps
        for step, order in zip(steps, include_orders(steps, include), strict=True):
            yield step.table, Need(order, f"include={include.name}", partial(resource.place, "includes"))
    if resource.under is not None:
        steps = draft.tables[own].relations[resource.under.relation].steps
        said = [local for local, _ in steps[0].pairs]
        order = [(name, False) for name in said] + [part for part in resource.order if part[0] not in said]
        yield own, Need(order, f"the path under {resource.under.resource}", partial(resource.place, "parent"))
    for position, together in enumerate(resource.listed("indexes")):
        columns = together_columns(draft, resource, together, position)
        yield own, Need(columns, "together(..)", partial(resource.place, "indexes", position))
    yield from needs_of_policies(resource)
    yield from needs_of_computed_fields(resource)


def needs_of_computed_fields(resource: DraftResource) -> Iterator[tuple[str, Need]]:
    """What computed fields need: columns by which the rows of their subqueries are looked up."""
    for field in resource.fields.values():
        if field.computed is not None:
            place, reason = partial(resource.place, field.column), f"the computed field {field.name} of {resource.name}"
            yield from needs_of_expression(field.computed.value, reason, place)


def needs_of_expression(value: tree.Node, reason: str, place: Callable[[], Place]) -> Iterator[tuple[str, Need]]:
    """What the subqueries of an expression need."""
    for node in value.walk():
        if isinstance(node, tree.Exists):
            columns = [(column, False) for column in looked_up(node.source, innermost(node))]
            yield node.table, Need(columns, reason, place)
        elif isinstance(node, tree.Aggregate):
            for source in node.sources:
                columns = [(column, False) for column in looked_up(source.name, node.where)]
                yield source.table, Need(columns, reason, place)


def include_orders(steps: tuple[Step, ...], include: Include) -> Iterator[Order]:
    """What an include looks up in the table of each step: its rows in order, and of a link where it leads to."""
    for step, onward in zip(steps, (*steps[1:], None), strict=True):
        found = [remote for _, remote in step.pairs]
        order = [(name, False) for name in found]
        if onward is not None:
            order += [(local, False) for local, _ in onward.pairs if local not in found]
        elif len(steps) == 1:
            order += [part for part in include.order if part[0] not in found]
        yield order


def together_columns(draft: Draft, resource: DraftResource, together: Any, position: int) -> Order:
    """The columns of an index that was asked for."""
    order: Order = []
    for part in together.columns if isinstance(together, Together) else [together]:
        attribute = part.column if isinstance(part, Descending) else part
        column = draft.column_of(resource, attribute, "indexes", position)
        if column is not None:
            order.append((column.name, isinstance(part, Descending)))
    return order


def path_orders(draft: Draft, resource: DraftResource, filter_: Filter) -> Iterator[tuple[str, Order]]:
    """What a filter over relations needs: each step from either end, and the column itself."""
    table, before = draft.tables[resource.table.name], resource.table.name
    for relation_name in filter_.relations:
        relation = table.relations[relation_name]
        for step in relation.steps:
            yield step.table, [(remote, False) for _, remote in step.pairs]
            yield before, [(local, False) for local, _ in step.pairs]
            before = step.table
        table = draft.tables[relation.target]
    if filter_.unindexed is None:
        yield table.table.name, [(filter_.column, False)]


def needs_of_policies(resource: DraftResource) -> Iterator[tuple[str, Need]]:
    """What policies need: columns that an EXISTS looks up by, and those by which `read` finds the actor's rows."""
    own = resource.table.name
    named = [(policy, name) for name, policy in resource.policies.items()]
    named += [(listing.policy, name) for name, listing in resource.listings.items()]
    for field in resource.fields.values():
        named += [(field.read, "read_fields"), (field.write, "write_fields")]
    for policy, name in named:
        place = partial(resource.place, name)
        for node in policy.walk():
            if isinstance(node, tree.Exists):
                columns = [(column, False) for column in looked_up(node.source, innermost(node))]
                yield node.table, Need(columns, f"the policy {name} of {resource.name}", place)
    for column in looked_up(own, resource.policies.get("read", tree.NOBODY)):
        order = [(column, False), *[part for part in resource.order if part[0] != column]]
        yield own, Need(order, f"the policy read of {resource.name}", partial(resource.place, "read"))


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
        if isinstance(node, tree.InClaim) and isinstance(node.value, tree.Column) and node.value.source == source:
            names.append(node.value.name)
        if isinstance(node, tree.Compare) and node.operator == "eq":
            for column, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(column, tree.Column) and column.source == source and is_outside(other, source):
                    names.append(column.name)
    return list(dict.fromkeys(names))


def is_outside(value: tree.Node, source: str) -> bool:
    """Whether a value is the actor's or another table's."""
    return isinstance(value, tree.ActorValue) or (isinstance(value, tree.Column) and value.source != source)


def keep(table: DraftTable, needed: list[Need]) -> list[Index]:
    """The needed indexes, longest first, without those that a kept or existing one serves."""
    serving = list(existing(table.table))
    kept: list[Index] = []
    for need in sorted(needed, key=lambda need: -len(need.order)):
        if need.order and not any(serves(index, need.order) for index in serving):
            serving.append(need.order)
            name = index_name(table.table.name, need.order)
            kept.append(Index(name, tuple(need.order), reason=need.reason))
            table.needed_at[name] = need.place
    return sorted(kept, key=lambda index: index.name)


def existing(table: sa.Table) -> Iterator[Order]:
    """The column orders that the table's key, unique constraints and own indexes already have.

    Those end before a column that can be null, which PostgreSQL sorts last there and we sort first.
    """
    orders = [[(column.name, False) for column in table.primary_key.columns]]
    unique = [constraint for constraint in table.constraints if isinstance(constraint, sa.UniqueConstraint)]
    orders += [[(column.name, False) for column in constraint.columns] for constraint in unique]
    for index in table.indexes:
        whole = all(index.dialect_options[name].get("where") is None for name in ("postgresql", "sqlite"))
        if whole and not index.info.get("mainstay"):
            orders.append(list(columns_of(index)))
    for order in orders:
        yield list(takewhile(lambda part: not table.c[part[0]].nullable, order))


def columns_of(index: sa.Index) -> Iterator[tuple[str, bool]]:
    """The columns of an index, up to what is none, with whether they descend."""
    for expression in index.expressions:
        part = part_of(expression)
        if part is None:
            return
        yield part


def part_of(expression: Any) -> tuple[str, bool] | None:
    """A column of an index and whether it descends; None for anything else."""
    if isinstance(expression, UnaryExpression) and isinstance(expression.element, sa.Column):
        return expression.element.name, expression.modifier is operators.desc_op
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


def declare_indexes(draft: Draft) -> None:
    """Puts the indexes onto SQLAlchemy's tables, once there is no mistake."""
    for table in draft.tables.values():
        for index in table.indexes:
            declare(table.table, index)


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
