"""Plans that read, as statements: a page, a count, one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from mainstay.engine.plan import (
    RANKED,
    SEARCHED,
    Condition,
    CountPlan,
    GetPlan,
    Guards,
    ListPlan,
    Order,
    Seek,
    Selection,
)
from mainstay.engine.sql.fields import Schema, can_be_null, field_value, filtered, with_computed
from mainstay.engine.sql.filters import filter_condition
from mainstay.engine.sql.layout import (
    Conversion,
    Item,
    Layout,
    Many,
    One,
    Places,
    keys_of,
    lister,
    maker,
    to_python,
    to_wire,
)
from mainstay.engine.sql.policy import Scope, Truth, condition
from mainstay.engine.sql.related import Belonging, parents
from mainstay.engine.sql.search import Search
from mainstay.engine.sql.statement import Binds, Part, Statement, compiled
from mainstay.named import named
from mainstay.operation import Field, Include, Resource
from mainstay.policy.tree import ANYONE


class Reading(msgspec.Struct, frozen=True):
    """A statement, what makes an answer of a row, and where the rest that is read stands."""

    statement: Statement
    make: Callable[..., list[Any]]
    position: Callable[[Sequence[Any]], list[Any]] | None = None
    """The values of the order's columns, in Python's form."""
    version: int | None = None
    """The place of the version."""
    levels: tuple[Level, ...] = ()
    """What fetches the lists inside the answers, in the order in which `make` is given them."""


class Level(msgspec.Struct, frozen=True):
    """A statement for the rows that belong to the rows of another one: so many of each, in order."""

    keys: Callable[[Sequence[Sequence[Any]]], list[Any]]
    """From the other's rows to the keys that the statement is given; a row begins with its key's place among them."""
    statement: Statement
    make: Callable[..., list[Any]]
    levels: tuple[Level, ...]


class Answered:
    """The columns of an answer while its statement is built."""

    def __init__(self, schema: Schema, guards: Guards) -> None:
        self.schema = schema
        self.guards = guards
        self.places = Places()
        self.joins: list[tuple[sa.FromClause, Truth]] = []
        self.levels: list[Level] = []

    def layout(self, selection: Selection, scope: Scope, source: str) -> Layout:
        """Where the values of a selection stand, with the columns and joins that it needs."""
        resource = self.schema.application.resource(selection.resource)
        items: list[Item] = []
        for name in selection.fields:
            guard = f"{resource.name}.{name}"
            if not self.guards.hides(guard):
                items.append(self.item(resource, name, scope, source, guard))
        inner: list[One | Many] = []
        for name, wanted in selection.includes:
            include = named(resource.includes, name)
            add = self.listed if include.many else self.included
            inner.append(add(resource, include, wanted, scope, source))
        return Layout(resource.title, tuple(items), tuple(inner))

    def item(self, resource: Resource, name: str, scope: Scope, source: str, guard: str) -> Item:
        """One field."""
        field = resource.field(name)
        shown = None
        if self.guards.of(guard) != ANYONE:
            truth = condition(self.guards.of(guard), scope)
            shown = self.places.add(sa.case((truth, sa.literal_column("1")), else_=sa.literal_column("0")))
        if field.derived is not None:
            return self.derived(resource, field, scope, source, shown)
        value = field_value(self.schema, resource, field, self.guards, scope)
        place = self.places.of(source, field.column, value)
        convert = to_wire(self.schema.storage.kind_in(resource, field.column), value, self.schema.dialect)
        return Item(name, (place,), convert, field.nullable, shown)

    def derived(self, resource: Resource, field: Field, scope: Scope, source: str, shown: int | None) -> Item:
        """One field that is made of columns."""
        storage, table = self.schema.storage, scope.sources[resource.table]
        derived = field.derived
        assert derived is not None
        places = [self.places.of(source, column, table.c[column]) for column in derived.columns]
        loads = [
            to_python(storage.kind(resource.table, column), table.c[column], self.schema.dialect)
            for column in derived.columns
        ]
        make = of_values(storage.derived[resource.name, field.column], loads)
        return Item(field.name, tuple(places), make, False, shown)

    def included(self, resource: Resource, include: Include, selection: Selection, scope: Scope, source: str) -> One:
        """One related row, joined under its own read policy."""
        application, storage = self.schema.application, self.schema.storage
        (step,) = application.table(resource.table).relation(include.relation).steps
        target = application.resource(include.resource)
        alias = storage.tables[target.table].alias()
        inner = Scope(storage, scope.dialect, scope.binds, {target.table: alias}, {target.table: target.table})
        own = scope.sources[resource.table]
        equal = [own.c[local] == alias.c[remote] for local, remote in step.pairs]
        self.joins.append((alias, sa.and_(*equal, condition(self.guards.of(target.name), inner))))
        path = f"{source}.{include.name}"
        key = application.table(target.table).key[0]
        present = self.places.of(path, key, alias.c[key])
        return One(include.name, present, self.layout(selection, inner, path))

    def listed(self, resource: Resource, include: Include, selection: Selection, scope: Scope, source: str) -> Many:
        """Related rows, which a statement of their own fetches by the keys that stand in this one's."""
        first = self.schema.application.table(resource.table).relation(include.relation).steps[0]
        own = scope.sources[resource.table]
        places = tuple(self.places.of(source, local, own.c[local]) for local, _ in first.pairs)
        self.levels.append(level(self.schema, self.guards, resource, include, selection, places))
        return Many(include.name, places, len(self.levels) - 1)

    def select(self, table: sa.FromClause) -> sa.Select[Any]:
        """SELECT of every column, from the table and what is joined to it."""
        source = table
        for alias, on in self.joins:
            source = source.outerjoin(alias, on)
        return sa.select(*self.places.columns).select_from(source)


def level(
    schema: Schema, guards: Guards, resource: Resource, include: Include, selection: Selection, places: Sequence[int]
) -> Level:
    """The statement that fetches what an include of many answers, by the keys at these places of the parents' rows."""
    application, storage, dialect = schema.application, schema.storage, schema.dialect
    relation = application.table(resource.table).relation(include.relation)
    target = application.resource(include.resource)
    binds = Binds()
    scope = Scope(storage, dialect, binds, {}, {})
    given = parents([storage.tables[resource.table].c[local].type for local, _ in relation.steps[0].pairs], scope)
    rows = storage.tables[target.table].alias()
    nullable = partial(can_be_null, schema, target)
    inside = scope.within(target.table, target.table, rows)
    where = [condition(guards.of(target.name), inside)]
    if include.value is not None:
        field = next(field for field in target.fields if field.column == include.value)
        where += [rows.c[include.value].is_not(None), condition(guards.of(f"{target.name}.{field.name}"), inside)]
    every = Belonging(application, relation, guards, rows, given, scope, schema.number(target.table))
    first = every.bounded(where, ordering(schema, rows, include.order, nullable), include.limit)
    answered = Answered(schema, guards)
    answered.places.add(first.place)
    layout = answered.layout(selection, scope.within(target.table, target.table, first.rows), target.table)
    order = first.order or ordering(schema, first.rows, include.order, nullable)
    select = answered.select(first.source).order_by(first.place, *order)
    return Level(
        keys_of(places),
        compiled(select, binds, dialect),
        maker(layout, len(answered.levels)) if include.value is None else lister(layout),
        tuple(answered.levels),
    )


def get_statement(schema: Schema, plan: GetPlan) -> Reading:
    """One row by its key, if the caller may read it."""
    resource = schema.application.resource(plan.selection.resource)
    binds = Binds()
    scope = schema.scope(resource, binds)
    answered = Answered(schema, plan.guards)
    layout = answered.layout(plan.selection, scope, resource.table)
    table = scope.sources[resource.table]
    version = None
    if resource.version is not None:
        version = answered.places.of(resource.table, resource.version, table.c[resource.version])
    where = [*by_key(table, plan.key, binds), *of_parent(table, plan.under, binds)]
    where.append(condition(plan.guards.of(resource.name), scope))
    select = answered.select(table).where(*where)
    return Reading(
        compiled(select, binds, schema.dialect),
        maker(layout, len(answered.levels)),
        version=version,
        levels=tuple(answered.levels),
    )


def of_values(make: Callable[..., Any], loads: Sequence[Conversion]) -> Callable[..., Any]:
    """The function from stored values to what is made of them in Python's form."""
    if not any(loads):
        return make

    def made(*values: Any) -> Any:
        return make(
            *[
                value if value is None or load is None else load(value)
                for value, load in zip(values, loads, strict=True)
            ]
        )

    return made


def by_key(table: sa.FromClause, columns: Sequence[str], binds: Binds) -> list[Truth]:
    """The condition that a row has the key of the inputs."""
    return [table.c[name] == binds.add(Part("key", place), table.c[name].type) for place, name in enumerate(columns)]


def of_parent(table: sa.FromClause, columns: Sequence[str], binds: Binds) -> list[Truth]:
    """The condition that a row refers to the parent in the path."""
    return [table.c[name] == binds.add(Part("under", place), table.c[name].type) for place, name in enumerate(columns)]


def wheres(
    schema: Schema,
    scope: Scope,
    guards: Guards,
    resource: Resource,
    conditions: tuple[Condition, ...],
    sorted_by: tuple[str, ...],
) -> Iterator[Truth]:
    """What holds for each row of a list: policies of rows and list, the filters, the guards of what is sorted by."""
    if guards.of(resource.name) != ANYONE:
        yield condition(guards.of(resource.name), scope)
    for name, truth in guards.conditions:
        if name.startswith(":") and truth != ANYONE:
            yield condition(truth, scope)
    for number, wanted in enumerate(conditions):
        yield filter_condition(schema.application, resource, wanted, number, guards, scope)
    for name in sorted_by:
        if guards.of(f"{resource.name}.{name}") != ANYONE:
            yield condition(guards.of(f"{resource.name}.{name}"), scope)


def count_statement(schema: Schema, plan: CountPlan) -> Statement:
    """How many rows a list has."""
    resource = schema.application.resource(plan.resource)
    binds = Binds()
    scope = with_computed(
        schema, resource, filtered(resource, plan.conditions), plan.guards, schema.scope(resource, binds)
    )
    table = scope.sources[resource.table]
    where = of_parent(table, plan.under, binds)
    where += wheres(schema, scope, plan.guards, resource, plan.conditions, plan.sorted_by)
    rows: sa.Select[Any] = sa.select(sa.literal_column("1").label("one")).select_from(table).where(*where)
    if plan.at_most is not None:
        rows = rows.limit(sa.literal_column(str(plan.at_most)))
    return compiled(sa.select(sa.func.count()).select_from(rows.subquery()), binds, schema.dialect)


def list_statement(schema: Schema, plan: ListPlan) -> Reading:
    """A page: in order, from a position or an offset, one row more than the limit."""
    resource = schema.application.resource(plan.selection.resource)
    binds = Binds()
    looked_at = {*filtered(resource, plan.conditions), *[name for name, _ in plan.order]}
    scope = with_computed(schema, resource, looked_at, plan.guards, schema.scope(resource, binds))
    answered = Answered(schema, plan.guards)
    layout = answered.layout(plan.selection, scope, resource.table)
    table = scope.sources[resource.table]
    nullable = partial(can_be_null, schema, resource)
    ranks = ranking(schema, plan, resource, scope, answered.joins)
    columns = plan.order[len(ranks) :]
    places = [answered.places.of(resource.table, name, table.c[name]) for name, _ in columns]
    backward = plan.seek is not None and plan.seek.backward
    order = [(name, down != backward) for name, down in columns]
    where = of_parent(table, plan.under, binds)
    where += wheres(schema, scope, plan.guards, resource, plan.conditions, plan.sorted_by)
    limit = binds.add(Part("limit"), sa.Integer())
    ordered = (*ranks, *ordering(schema, table, order, nullable))
    base = answered.select(table).where(*where).order_by(*ordered).limit(limit)
    if plan.offset:
        base = base.offset(binds.add(Part("offset"), sa.Integer()))
    final: Any = base
    if plan.seek is not None:
        ranges = list(beyond(table, order, plan.seek, binds, nullable))
        final = (
            base.where(*ranges) if len(ranges) == 1 else merged(schema, base, ranges, places, order, nullable, limit)
        )
    loads = [to_python(schema.storage.kind_in(resource, name), table.c[name], schema.dialect) for name, _ in columns]
    return Reading(
        compiled(final, binds, schema.dialect),
        maker(layout, len(answered.levels)),
        partial(values_at, list(zip(places, loads, strict=True))),
        levels=tuple(answered.levels),
    )


def ranking(
    schema: Schema, plan: ListPlan, resource: Resource, scope: Scope, joins: list[tuple[sa.FromClause, Truth]]
) -> list[sa.ColumnElement[Any]]:
    """What an order by relevance begins with; nothing for another one."""
    if plan.order[0] != RANKED:
        return []
    search = Search(schema.application, resource, plan.conditions.index(SEARCHED), plan.guards, scope)
    return [search.rank(joins).desc()]


def values_at(places: list[tuple[int, Any]], row: Sequence[Any]) -> list[Any]:
    """The values of a row at some places, in Python's form."""
    return [row[place] if load is None or row[place] is None else load(row[place]) for place, load in places]


def ordering(
    schema: Schema, table: sa.FromClause, order: Sequence[tuple[str, bool]], nullable: Callable[[str], bool]
) -> list[sa.ColumnElement[Any]]:
    """ORDER BY, null being the smallest value."""
    parts: list[Any] = []
    for name, down in order:
        part: Any = table.c[name].desc() if down else table.c[name].asc()
        if schema.dialect.name == "postgresql" and nullable(name):
            part = part.nulls_last() if down else part.nulls_first()
        parts.append(part)
    return parts


def beyond(
    table: sa.FromClause,
    order: Order | list[tuple[str, bool]],
    seek: Seek,
    binds: Binds,
    nullable: Callable[[str], bool],
) -> Iterator[Truth]:
    """The rows beyond a position, as ranges that do not overlap, in order; an index serves each of them.

    Where the directions agree and nothing can be null, one comparison of row values is enough.
    """
    columns = [table.c[name] for name, _ in order]
    downs = {down for _, down in order}

    def at(place: int) -> Any:
        return binds.add(Part("position", place), columns[place].type)

    if len(downs) == 1 and not any(nullable(name) for name, _ in order):
        row, position = sa.tuple_(*columns), sa.tuple_(*[at(place) for place in range(len(columns))])
        yield row < position if True in downs else row > position
        return
    for place in reversed(range(len(columns))):
        same = [
            columns[before].is_(None) if seek.nulls[before] else columns[before] == at(before)
            for before in range(place)
        ]
        column, down, null = columns[place], order[place][1], seek.nulls[place]
        if not down:
            yield sa.and_(*same, column.is_not(None) if null else column > at(place))
        elif not null:
            yield sa.and_(*same, column < at(place))
            if nullable(order[place][0]):
                yield sa.and_(*same, column.is_(None))


def merged(
    schema: Schema,
    base: sa.Select[Any],
    ranges: list[Truth],
    places: list[int],
    order: list[tuple[str, bool]],
    nullable: Callable[[str], bool],
    limit: Any,
) -> sa.Select[Any]:
    """The first rows of several ranges together."""
    if not ranges:
        return base.where(sa.false())
    every = sa.union_all(*[sa.select(base.where(part).subquery()) for part in ranges]).subquery()
    parts: list[Any] = []
    for place, (name, down) in zip(places, order, strict=True):
        part: Any = every.c[f"c{place}"].desc() if down else every.c[f"c{place}"].asc()
        if schema.dialect.name == "postgresql" and nullable(name):
            part = part.nulls_last() if down else part.nulls_first()
        parts.append(part)
    return sa.select(every).order_by(*parts).limit(limit)
