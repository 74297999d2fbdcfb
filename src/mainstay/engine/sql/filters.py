"""Filters as SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from mainstay.engine.plan import SEARCHED, Condition, Guards
from mainstay.engine.sql.fields import guarding
from mainstay.engine.sql.policy import Scope, Truth, condition, one_of
from mainstay.engine.sql.search import Search
from mainstay.engine.sql.statement import Inputs, Part
from mainstay.kinds import KindType, Text
from mainstay.operation import Application, Computed, Filter, Resource
from mainstay.policy.tree import ANYONE, Column, tables_in

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
LAST = "\U0010ffff"
BEYOND = 1000
"""How many of the last character, which is no letter of any script, no text begins with."""


def filter_condition(
    application: Application, resource: Resource, wanted: Condition, number: int, guards: Guards, scope: Scope
) -> Truth:
    """One filter; over relations, whether there is such a row, each on the way being one that the caller may read.

    The guard of the filter's field holds for the row that the field is of.
    """
    if wanted == SEARCHED:
        return Search(application, resource, number, guards, scope).found()
    filter_ = next(known for known in resource.filters if known.name == wanted.filter)
    if filter_.where is not None:
        return asked_for(resource, filter_, filter_.where, number, guards, scope)
    if not filter_.relations:
        return guarded(resource, filter_, wanted.operator, number, guards, scope)
    before: sa.FromClause = scope.sources[resource.table]
    table = application.table(resource.table)
    inner: list[sa.FromClause] = []
    where: list[Truth] = []
    for place, name in enumerate(filter_.relations):
        relation = table.relation(name)
        for step in relation.steps:
            alias = scope.storage.tables[step.table].alias()
            where.extend(before.c[local] == alias.c[remote] for local, remote in step.pairs)
            inner.append(alias)
            before = alias
            if step is not relation.steps[-1]:
                link = Scope(scope.storage, scope.dialect, scope.binds, {step.table: alias}, {step.table: step.table})
                where.extend(readable(exposing(application, step.table), guards, link))
        table = application.table(relation.target)
        there = Scope(scope.storage, scope.dialect, scope.binds, {table.name: before}, {table.name: table.name})
        where.extend(readable([filter_.guards[place]], guards, there))
        if place == len(filter_.relations) - 1:
            target = application.resource(filter_.resource or "")
            where.append(guarded(target, filter_, wanted.operator, number, guards, there))
    select: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(*inner).where(*where)
    return sa.exists(select.correlate_except(*inner))


def asked_for(resource: Resource, filter_: Filter, where: Computed, number: int, guards: Guards, scope: Scope) -> Truth:
    """A condition of what the caller gives, where the caller may read the fields of the row that it looks at."""
    looked_at = {node.name for node in where.value.walk() if isinstance(node, Column) and node.source == resource.table}
    fields = [guards.of(f"{resource.name}.{field.name}") for field in resource.fields if field.column in looked_at]
    own = [condition(guard, scope) for guard in fields if guard != ANYONE]
    given = Part("filters", number)
    tables = {**tables_in(where.value), **scope.tables}
    inside = replace(guarding(where, guards, scope), given=given, tables=tables)
    return sa.and_(condition(where.value, inside), *own)


def exposing(application: Application, table: str) -> list[str]:
    """The names of the resources that expose rows of a table."""
    return [resource.name for resource in application.resources_of(table)]


def readable(resources: Sequence[str], guards: Guards, scope: Scope) -> Iterator[Truth]:
    """That the caller may read a row by one of the resources that expose it; nothing where none does."""
    if resources and not any(guards.of(name) == ANYONE for name in resources):
        yield sa.or_(*[condition(guards.of(name), scope) for name in resources])


def guarded(resource: Resource, filter_: Filter, operator: str, number: int, guards: Guards, scope: Scope) -> Truth:
    """The comparison with a field of the resource, where the caller may read the field."""
    truth = comparison(resource, filter_, operator, number, scope)
    field = next(known for known in resource.fields if known.column == filter_.column)
    guard = guards.of(f"{resource.name}.{field.name}")
    return truth if guard == ANYONE else sa.and_(condition(guard, scope), truth)


def comparison(resource: Resource, filter_: Filter, operator: str, number: int, scope: Scope) -> Truth:
    """The filter's column against its value."""
    column: Any = scope.sources[resource.table].c[filter_.column]
    given = Part("filters", number)
    if operator in COMPARISONS:
        return COMPARISONS[operator](column, scope.binds.add(given, column.type))  # type: ignore[no-any-return]
    if operator == "in":
        return one_of(column, given, column.type, scope)
    if operator == "starts_with":
        return starts_with(column, given, scope)
    if operator == "contains":
        place = sa.func.instr if scope.dialect.name == "sqlite" else sa.func.strpos
        return place(column, scope.binds.add(given, sa.Text())) > 0
    missing: Truth = column.is_(None) if operator == "is_null" else column.is_not(None)
    return missing


def starts_with(column: Any, given: Callable[[Inputs], Any], scope: Scope) -> Truth:
    """A prefix: a range where text is in code point order, which an index serves; LIKE where it is not."""
    kind = column.type.kind if isinstance(column.type, KindType) else None
    by_code_point = scope.dialect.name == "sqlite" or (isinstance(kind, Text) and kind.collation is None)
    if by_code_point:
        low = scope.binds.add(given, sa.Text())
        high = scope.binds.add(lambda inputs: after_prefix(given(inputs)), sa.Text())
        return sa.and_(column >= low, column < high)
    pattern = scope.binds.add(lambda inputs: like_prefix(given(inputs)), sa.Text())
    return column.like(pattern, escape="\\")  # type: ignore[no-any-return]


def after_prefix(prefix: str) -> str:
    """The smallest text after every text that begins with `prefix`."""
    kept = prefix.rstrip(LAST)
    if not kept:
        return LAST * (len(prefix) + BEYOND)
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if following == 0xD800 else following)


def like_prefix(prefix: str) -> str:
    """The pattern of LIKE for texts that begin with `prefix`."""
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped + "%"
