"""A policy as SQL."""

from __future__ import annotations

import datetime as dt
import operator
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal as Exact
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.types import TypeEngine

from mainstay.engine.sql.statement import Binds, Fill, Inputs, converter
from mainstay.kinds import Decimal, Float, Kind, KindType, Moment, Reference, Text
from mainstay.kinds.text import without_nul
from mainstay.policy.tree import (
    ActorValue,
    All,
    Always,
    Any_,
    Column,
    Compare,
    Exists,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Now,
    Opaque,
    Value,
)
from mainstay.storage import Storage

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}

Truth = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition is written in: the tables by the names that the tree has for them, and the parameters."""

    storage: Storage
    dialect: sa.Dialect
    binds: Binds
    sources: Mapping[str, sa.FromClause]
    tables: Mapping[str, str]
    """The table that each source is."""

    def within(self, source: str, table: str, clause: sa.FromClause) -> Scope:
        """The scope with one more table in it."""
        return replace(self, sources={**self.sources, source: clause}, tables={**self.tables, source: table})


@dataclass(frozen=True, slots=True)
class Typed:
    """What a value is, and how the column that it is compared with keeps it."""

    kind: Kind
    type: TypeEngine[Any]


TEXT = Typed(Text(), KindType(Text()))
MOMENT = Typed(Moment(), KindType(Moment()))


def condition(node: Node, scope: Scope) -> Truth:
    """The SQL that is true, false and null where the policy is; the actor's truths are decided before."""
    match node:
        case Always(allowed):
            return sa.true() if allowed else sa.false()
        case All(parts):
            return sa.and_(sa.true(), *[condition(part, scope) for part in parts])
        case Any_(parts):
            return sa.or_(sa.false(), *[condition(part, scope) for part in parts])
        case Not(part):
            return sa.not_(condition(part, scope).self_group())
        case Compare(name, left, right):
            typed = typed_of(scope, left, right)
            truth: Truth = OPERATORS[name](value_of(left, typed, scope), value_of(right, typed, scope))
            return truth
        case IsNull(value):
            missing: Truth = value_of(value, typed_of(scope, value), scope).is_(None)
            return missing
        case In(value, options):
            typed = typed_of(scope, value, *options)
            wanted = value_of(value, typed, scope)
            return wanted.in_([value_of(option, typed, scope) for option in options]) if options else sa.false()
        case InClaim(value, claim):
            typed = typed_of(scope, value)
            wanted = value_of(value, typed, scope)
            return one_of(wanted, lambda inputs: claimed(typed.kind, inputs.actor.values(claim)), typed.type, scope)
        case Exists():
            return exists(node, scope)
        case Opaque(sql):
            return opaque(sql, scope)
        case Column():
            return as_truth(value_of(node, TEXT, scope), scope)
        case Value(value):
            return sa.null() if value is None else sa.true() if value else sa.false()  # type: ignore[return-value]
    raise TypeError(f"{type(node).__name__} is a value, not a truth")


def as_truth(column: Any, scope: Scope) -> Truth:
    """A boolean column where a truth is wanted; compared with 1 on SQLite, so that an index serves it."""
    truth: Truth = column == sa.literal_column("1") if scope.dialect.name == "sqlite" else column
    return truth


def typed_of(scope: Scope, *nodes: Node) -> Typed:
    """What the values that meet in one comparison are: what their column is, which constants and the actor follow."""
    for node in nodes:
        if isinstance(node, Column):
            kind = scope.storage.kind(scope.tables[node.source], node.name)
            return Typed(kind, scope.sources[node.source].c[node.name].type)
    return MOMENT if any(isinstance(node, Now) for node in nodes) else TEXT


def value_of(node: Node, typed: Typed, scope: Scope) -> Any:
    """A value as SQL."""
    match node:
        case Column(source, name):
            return scope.sources[source].c[name]
        case ActorValue(claim):
            return scope.binds.add(lambda inputs: fitting(typed.kind, inputs.actor.value(claim)), typed.type)
        case Value(value):
            return sa.null() if value is None else sa.literal(python_form(typed.kind, value), typed.type)
        case Now(seconds):
            span = dt.timedelta(seconds=seconds)
            type_ = typed.type if isinstance(typed.kind, Moment) else MOMENT.type
            return scope.binds.add(lambda inputs: inputs.now + span, type_)
    return condition(node, scope)


def python_form(kind: Kind, wire: Any) -> Any:
    """A constant's wire form in Python's."""
    if isinstance(kind, Decimal):
        return kind.parse(str(wire))
    if isinstance(kind, Float):
        return float(wire)
    return kind.parse(wire) if isinstance(wire, str) else wire


def fitting(kind: Kind, value: Any) -> Any:
    """An actor's value as the kind's Python form; null where it can be none of its values.

    Text is compared as it is, whatever form the kind asks of what is written.
    """
    if value is None:
        return None
    if isinstance(kind, Reference):
        kind = kind.key
    if type(value) is kind.python and kind.python in (uuid.UUID, bool):
        return value
    try:
        if kind.python is str:
            return without_nul(str(value))
        if isinstance(value, bool):
            return None
        return kind.parse(f"{value:f}" if isinstance(value, Exact) else str(value))
    except (ValueError, ArithmeticError):
        return None


def claimed(kind: Kind, values: tuple[Any, ...] | None) -> list[Any]:
    """An actor's list as the kind's Python forms; one value that nobody knows where the claim is no list."""
    return [None] if values is None else [fitting(kind, value) for value in values]


def one_of(wanted: Any, source: Fill, type_: TypeEngine[Any], scope: Scope) -> Truth:
    """Whether a value is one of a list that is a single parameter, so that its length is not in the text."""
    if scope.dialect.name == "postgresql":
        return wanted == sa.any_(scope.binds.add(source, ARRAY(type_)))  # type: ignore[no-any-return]
    store = converter(type_, scope.dialect)

    def as_json(inputs: Inputs) -> str:
        values = source(inputs)
        return msgspec.json.encode([v if v is None or store is None else store(v) for v in values]).decode()

    listed = sa.func.json_each(scope.binds.add(as_json, sa.Text())).table_valued("value")
    return wanted.in_(sa.select(listed.c.value))  # type: ignore[no-any-return]


def exists(node: Exists, scope: Scope) -> Truth:
    """EXISTS; those that stand directly in one another become one over several tables."""
    inner: list[sa.FromClause] = []
    where: Node = node
    while isinstance(where, Exists):
        alias = scope.storage.tables[where.table].alias()
        inner.append(alias)
        scope = scope.within(where.source, where.table, alias)
        where = where.where
    select: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(*inner).where(condition(where, scope))
    return sa.exists(select.correlate_except(*inner))


def opaque(sql: str, scope: Scope) -> Truth:
    """An expression that the user wrote, over the tables of this scope."""
    expression: Any = scope.storage.opaque[sql]
    for clause in scope.sources.values():
        expression = ClauseAdapter(clause).traverse(expression)
    return expression  # type: ignore[no-any-return]
