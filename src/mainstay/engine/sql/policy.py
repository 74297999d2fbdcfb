"""A policy as SQL."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.util import ClauseAdapter

from mainstay.engine.sql.statement import Binds, Fill, Inputs, converter
from mainstay.kinds import Decimal, Float, Kind, KindType, Moment, Text
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
            kind = kind_of(left, scope) or kind_of(right, scope) or Text()
            truth: Truth = OPERATORS[name](value_of(left, kind, scope), value_of(right, kind, scope))
            return truth
        case IsNull(value):
            return missing(value_of(value, kind_of(value, scope) or Text(), scope))
        case In(value, options):
            kind = kind_of(value, scope) or Text()
            wanted = value_of(value, kind, scope)
            return wanted.in_([value_of(option, kind, scope) for option in options]) if options else sa.false()
        case InClaim(value, claim):
            kind = kind_of(value, scope) or Text()
            wanted = value_of(value, kind, scope)
            return one_of(wanted, lambda inputs: claimed(kind, inputs.actor.value(claim)), kind, scope)
        case Exists():
            return exists(node, scope)
        case Opaque(sql):
            return opaque(sql, scope)
        case Column():
            return as_truth(value_of(node, Text(), scope), scope)
        case Value(value):
            return sa.null() if value is None else sa.true() if value else sa.false()  # type: ignore[return-value]
    raise TypeError(f"{type(node).__name__} is a value, not a truth")


def missing(value: Any) -> Truth:
    """Whether a value is null."""
    truth: Truth = value.is_(None)
    return truth


def as_truth(column: Any, scope: Scope) -> Truth:
    """A boolean column where a truth is wanted; compared with 1 on SQLite, so that an index serves it."""
    truth: Truth = column == sa.literal_column("1") if scope.dialect.name == "sqlite" else column
    return truth


def kind_of(node: Node, scope: Scope) -> Kind | None:
    """The kind of a column; None for what takes its kind from what it is compared with."""
    match node:
        case Column(source, name):
            return scope.storage.kind(scope.tables[source], name)
        case Now():
            return Moment()
        case Value(value) if isinstance(value, int) and not isinstance(value, bool):
            return None
    return None


def value_of(node: Node, kind: Kind, scope: Scope) -> Any:
    """A value as SQL; what is no column takes its type from `kind`."""
    match node:
        case Column(source, name):
            return scope.sources[source].c[name]
        case ActorValue(claim):
            return scope.binds.add(lambda inputs: fitting(kind, inputs.actor.value(claim)), KindType(kind))
        case Value(value):
            return sa.null() if value is None else sa.literal(python_form(kind, value), KindType(kind))
        case Now(seconds):
            span = dt.timedelta(seconds=seconds)
            return scope.binds.add(lambda inputs: inputs.now + span, KindType(Moment()))
    return condition(node, scope)


def python_form(kind: Kind, wire: Any) -> Any:
    """A constant's wire form in Python's."""
    if isinstance(kind, Decimal):
        return kind.parse(str(wire))
    if isinstance(kind, Float):
        return float(wire)
    return kind.parse(wire) if isinstance(wire, str) else wire


def fitting(kind: Kind, value: Any) -> Any:
    """An actor's value as the kind's Python form; null where it can be none of its values."""
    if value is None:
        return None
    try:
        return kind.parse(value) if isinstance(value, str) else kind.parse(str(value)) if kind.python is str else value
    except ValueError:
        return None


def claimed(kind: Kind, values: Any) -> list[Any]:
    """An actor's list as the kind's Python forms."""
    return [fitting(kind, value) for value in values or ()]


def one_of(wanted: Any, source: Fill, kind: Kind, scope: Scope) -> Truth:
    """Whether a value is one of a list that is a single parameter, so that its length is not in the text."""
    if scope.dialect.name == "postgresql":
        return wanted == sa.any_(scope.binds.add(source, ARRAY(KindType(kind))))  # type: ignore[no-any-return]
    store = converter(KindType(kind), scope.dialect)

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
