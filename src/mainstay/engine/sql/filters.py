"""Filters as SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa

from mainstay.engine.plan import Condition, Guards
from mainstay.engine.sql.policy import Scope, Truth, condition, one_of
from mainstay.engine.sql.statement import Inputs
from mainstay.kinds import KindType, Text
from mainstay.operation import Application, Filter, Resource, Step
from mainstay.policy.tree import ANYONE

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
LAST = "\U0010ffff"


def filter_condition(
    application: Application, resource: Resource, wanted: Condition, number: int, guards: Guards, scope: Scope
) -> Truth:
    """One filter; the guard of its field holds for the row that the field is of."""
    filter_ = next(known for known in resource.filters if known.name == wanted.filter)
    if not filter_.relations:
        return guarded(resource, filter_, wanted.operator, number, guards, scope)
    target = application.resource(filter_.resource or "")
    steps: list[Step] = []
    table = application.table(resource.table)
    for name in filter_.relations:
        relation = table.relation(name)
        steps.extend(relation.steps)
        table = application.table(relation.target)
    return over(steps, target, filter_, wanted.operator, number, guards, scope)


def guarded(resource: Resource, filter_: Filter, operator: str, number: int, guards: Guards, scope: Scope) -> Truth:
    """The comparison with a field of the resource, where the caller may read the field."""
    truth = comparison(resource, filter_, operator, number, scope)
    field = next(known for known in resource.fields if known.column == filter_.column)
    guard = guards.of(f"{resource.name}.{field.name}")
    return truth if guard == ANYONE else sa.and_(condition(guard, scope), truth)


def over(
    steps: list[Step], target: Resource, filter_: Filter, operator: str, number: int, guards: Guards, scope: Scope
) -> Truth:
    """Whether there is such a row at the end of the relations, which the caller may read."""
    before: sa.FromClause = next(iter(scope.sources.values()))
    inner: list[sa.FromClause] = []
    joined: list[Truth] = []
    for step in steps:
        alias = scope.storage.tables[step.table].alias()
        joined.extend(before.c[local] == alias.c[remote] for local, remote in step.pairs)
        inner.append(alias)
        before = alias
    there = Scope(scope.storage, scope.dialect, scope.binds, {target.table: before}, {target.table: target.table})
    select: sa.Select[Any] = (
        sa.select(sa.literal_column("1"))
        .select_from(*inner)
        .where(
            *joined,
            condition(guards.of(target.name), there),
            guarded(target, filter_, operator, number, guards, there),
        )
    )
    return sa.exists(select.correlate_except(*inner))


def comparison(resource: Resource, filter_: Filter, operator: str, number: int, scope: Scope) -> Truth:
    """The filter's column against its value."""
    column: Any = scope.sources[resource.table].c[filter_.column]
    given = partial(lambda number, inputs: inputs.filters[number], number)
    if operator in COMPARISONS:
        return COMPARISONS[operator](column, scope.binds.add(given, column.type))  # type: ignore[no-any-return]
    if operator == "in":
        kind = scope.storage.kind(resource.table, filter_.column)
        return one_of(column, given, kind, scope)
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
        return LAST * 4
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if following == 0xD800 else following)


def like_prefix(prefix: str) -> str:
    """The pattern of LIKE for texts that begin with `prefix`."""
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped + "%"
