"""A policy, or the value of a computed field, as SQL."""

from __future__ import annotations

import datetime as dt
import operator
import uuid
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal as Exact
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.types import TypeEngine

from mainstay.engine.sql.statement import Binds, Fill, Inputs, converter
from mainstay.kinds import Boolean, Decimal, Float, Integer, Kind, KindType, Moment, Reference, Text
from mainstay.kinds.text import without_nul
from mainstay.policy.results import common, kind_of, scale_of, widest
from mainstay.policy.tree import (
    WORKED_OUT,
    ActorValue,
    Aggregate,
    All,
    Always,
    Any_,
    Arithmetic,
    Case,
    Coalesce,
    Column,
    Compare,
    Exists,
    Given,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Now,
    Opaque,
    Value,
    tables_in,
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

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "plus": operator.add,
    "minus": operator.sub,
    "times": operator.mul,
}
LEAST, MOST = -(2**63), 2**63 - 1

Truth = sa.ColumnElement[bool]


class Scope(msgspec.Struct, frozen=True):
    """What a condition is written in: the tables by the names that the tree has for them, and the parameters."""

    storage: Storage
    dialect: sa.Dialect
    binds: Binds
    sources: Mapping[str, sa.FromClause]
    tables: Mapping[str, str]
    """The table that each source is."""
    counting: Callable[[str, str, sa.FromClause], Iterable[Truth]] = lambda source, table, clause: ()
    """What must be true of a row that is looked at under the name of a source, besides what is said there."""
    given: Fill | None = None
    """What the caller gives for the parameter that a condition is of."""

    def within(self, source: str, table: str, clause: sa.FromClause) -> Scope:
        """The scope with one more table in it."""
        return replace(self, sources={**self.sources, source: clause}, tables={**self.tables, source: table})

    def kind(self, column: Column) -> Kind:
        """The kind of a column of a source."""
        return self.storage.kind(self.tables[column.source], column.name)


class Typed(msgspec.Struct, frozen=True):
    """What a value is, and how the column that it is compared with keeps it."""

    kind: Kind
    type: TypeEngine[Any]


TEXT = Typed(Text(), KindType(Text()))
BOOLEAN = Typed(Boolean(), KindType(Boolean()))
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
        case Column() | Coalesce() | Case():
            return as_truth(value_of(node, BOOLEAN, scope), scope)
        case Value(value):
            return sa.null() if value is None else sa.true() if value else sa.false()  # type: ignore[return-value]
    raise TypeError(f"{type(node).__name__} is a value, not a truth")


def as_truth(column: Any, scope: Scope) -> Truth:
    """A boolean column where a truth is wanted; compared with 1 on SQLite, so that an index serves it."""
    truth: Truth = column == sa.literal_column("1") if scope.dialect.name == "sqlite" else column
    return truth


def typed_of(scope: Scope, *nodes: Node) -> Typed:
    """What the values that meet in one comparison are: what their column is, which constants and the actor follow."""
    if any(isinstance(node, WORKED_OUT) for node in nodes):
        kind = common([node for node in nodes if not isinstance(node, ActorValue)], scope.kind)
        return Typed(kind, KindType(kind))
    for node in nodes:
        if isinstance(node, Column):
            kind = scope.storage.kind(scope.tables[node.source], node.name)
            return Typed(kind, scope.sources[node.source].c[node.name].type)
    return MOMENT if any(isinstance(node, Now) for node in nodes) else TEXT


def value_of(node: Node, typed: Typed, scope: Scope) -> Any:
    """A value as SQL, in the form of the kind that is given."""
    match node:
        case Column(source, name):
            return fitted(scope.sources[source].c[name], scope.kind(node), typed.kind, scope)
        case ActorValue(claim):
            return scope.binds.add(lambda inputs: fitting(typed.kind, inputs.actor.value(claim)), typed.type)
        case Value(value):
            return sa.null() if value is None else sa.literal(python_form(typed.kind, value), typed.type)
        case Given() if scope.given is not None:
            return scope.binds.add(scope.given, typed.type)
        case Now(seconds):
            span = dt.timedelta(seconds=seconds)
            type_ = typed.type if isinstance(typed.kind, Moment) else MOMENT.type
            return scope.binds.add(lambda inputs: inputs.now + span, type_)
        case Aggregate():
            return fitted(aggregate(node, scope), kind_of(node, scope.kind), typed.kind, scope)
        case Arithmetic():
            return fitted(arithmetic(node, scope), kind_of(node, scope.kind), typed.kind, scope)
        case Coalesce(values):
            return sa.func.coalesce(*[value_of(value, typed, scope) for value in values], type_=typed.type)
        case Case(conditions, results, otherwise):
            several = zip(conditions, results, strict=True)
            chosen = [(condition(when, scope), value_of(then, typed, scope)) for when, then in several]
            return sa.case(*chosen, else_=value_of(otherwise, typed, scope))
    return condition(node, scope)


def valued(node: Node, kind: Kind, scope: Scope) -> Any:
    """The value of a computed field of a kind, as its columns keep it."""
    scope = replace(scope, tables={**tables_in(node), **scope.tables})
    value = value_of(node, Typed(kind, KindType(kind)), scope)
    if isinstance(node, Column) or (isinstance(node, Aggregate) and node.function in ("min", "max")):
        return value
    if isinstance(kind, Text) and scope.dialect.name == "postgresql":
        value = sa.collate(value, kind.collation or "C")
    return sa.type_coerce(value, KindType(kind))


def aggregate(node: Aggregate, scope: Scope) -> Any:
    """A function over rows as a subquery."""
    inner: list[sa.FromClause] = []
    counting: list[Truth] = []
    for source in node.sources:
        alias = scope.storage.tables[source.table].alias()
        inner.append(alias)
        counting.extend(scope.counting(source.name, source.table, alias))
        scope = scope.within(source.name, source.table, alias)
    found = function(node, scope)
    select: sa.Select[Any] = sa.select(found).select_from(*inner).where(condition(node.where, scope), *counting)
    return select.correlate_except(*inner).scalar_subquery()


def function(node: Aggregate, scope: Scope) -> Any:
    """What a subquery selects: a function of a value in the rows around it."""
    if node.function == "count" and isinstance(node.value, Value):
        return sa.func.count()
    kind = kind_of(node.value, scope.kind)
    value = value_of(node.value, Typed(kind, KindType(kind)), scope)
    match node.function:
        case "count":
            return sa.func.count(sa.distinct(value) if node.distinct else value)
        case "min":
            return sa.func.min(value)
        case "max":
            return sa.func.max(value)
        case "sum":
            return total(value, kind, scope)
    return as_float(total(value, kind, scope), kind, scope).op("/")(sa.func.count(value))


def total(value: Any, kind: Kind, scope: Scope) -> Any:
    """A sum; on SQLite of halves, as it fails where a sum of whole numbers grows beyond 64 bits."""
    if scope.dialect.name != "sqlite":
        return held(sa.func.sum(value), kind, scope)
    whole = sa.type_coerce(value, sa.BigInteger())
    upper = sa.func.sum(whole.op(">>")(sa.literal_column("31")))
    lower = sa.func.sum(whole.op("&")(sa.literal_column("2147483647")))
    return held(upper * sa.literal_column("2147483648") + lower, kind, scope)


def arithmetic(node: Arithmetic, scope: Scope) -> Any:
    """Two exact numbers to a third."""
    if node.sign == "over":
        left, right = (kind_of(part, scope.kind) for part in (node.left, node.right))
        above = as_float(value_of(node.left, Typed(left, KindType(left)), scope), left, scope)
        below = as_float(value_of(node.right, Typed(right, KindType(right)), scope), right, scope)
        return above.op("/")(sa.func.nullif(below, sa.literal_column("0")))
    kind = kind_of(node, scope.kind)
    wide: TypeEngine[Any] = sa.BigInteger() if scope.dialect.name == "sqlite" else sa.Numeric()
    both: list[Any] = []
    for part in (node.left, node.right):
        own = kind_of(part, scope.kind) if node.sign == "times" else kind
        value = value_of(part, Typed(own, KindType(own)), scope)
        both.append(sa.type_coerce(value, wide) if scope.dialect.name == "sqlite" else sa.cast(value, wide))
    return held(ARITHMETIC[node.sign](*both), kind, scope)


def held(value: Any, kind: Kind, scope: Scope) -> Any:
    """An exact number, or null where 64 bits do not hold its digits; their smallest and largest count as beyond."""
    scale = scale_of(kind)
    least: Any
    most: Any
    if scope.dialect.name == "sqlite":
        least, most = sa.literal_column(str(LEAST)), sa.literal_column(str(MOST))
        within: Any = sa.cast(value, sa.Integer())
    else:
        least, most = (sa.literal_column(f"{Exact(edge).scaleb(-scale):f}") for edge in (LEAST, MOST))
        within = sa.func.least(sa.func.greatest(value, least), most)
    within = sa.func.nullif(sa.func.nullif(within, least), most)
    if scope.dialect.name != "sqlite":
        wide: TypeEngine[Any] = sa.Numeric(19, scale) if isinstance(kind, Decimal) else sa.BigInteger()
        within = sa.cast(within, wide)
    return sa.type_coerce(within, KindType(widest(kind)))


def fitted(value: Any, own: Kind, kind: Kind, scope: Scope) -> Any:
    """A value of one kind as another keeps it: exact numbers with more digits, or as floats."""
    if not isinstance(own, Integer | Decimal) or not isinstance(kind, Integer | Decimal | Float):
        return value
    if isinstance(kind, Float):
        return as_float(value, own, scope)
    more = scale_of(kind) - scale_of(own)
    if more <= 0 or scope.dialect.name != "sqlite":
        return value
    return sa.type_coerce(sa.type_coerce(value, sa.BigInteger()) * sa.literal_column(str(10**more)), KindType(kind))


def as_float(value: Any, kind: Kind, scope: Scope) -> Any:
    """An exact number as the nearest float: its digits as one, over a power of ten."""
    scale = scale_of(kind)
    power: Any = sa.literal_column(str(10**scale))
    if scope.dialect.name == "postgresql" and scale:
        value = sa.cast(sa.type_coerce(value, sa.Numeric()) * power, sa.BigInteger())
    floating: Any = sa.cast(value, sa.Double())
    return floating.op("/")(sa.cast(power, sa.Double())) if scale else floating


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
        return wanted == sa.any_(scope.binds.add(source, sa.ARRAY(type_)))  # type: ignore[no-any-return]
    store = converter(type_, scope.dialect)

    def as_json(inputs: Inputs) -> str:
        values = source(inputs)
        return msgspec.json.encode([v if v is None or store is None else store(v) for v in values]).decode()

    listed = sa.func.json_each(scope.binds.add(as_json, sa.Text())).table_valued("value")
    return wanted.in_(sa.select(listed.c.value))  # type: ignore[no-any-return]


def exists(node: Exists, scope: Scope) -> Truth:
    """EXISTS; those that stand directly in one another become one over several tables."""
    inner: list[sa.FromClause] = []
    counting: list[Truth] = []
    where: Node = node
    while isinstance(where, Exists):
        alias = scope.storage.tables[where.table].alias()
        inner.append(alias)
        counting.extend(scope.counting(where.source, where.table, alias))
        scope = scope.within(where.source, where.table, alias)
        where = where.where
    holds = condition(where, scope)
    select: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(*inner).where(holds, *counting)
    return sa.exists(select.correlate_except(*inner))


def opaque(sql: str, scope: Scope) -> Truth:
    """An expression that the user wrote, over the tables of this scope."""
    expression: Any = scope.storage.opaque[sql]
    for clause in scope.sources.values():
        expression = ClauseAdapter(clause).traverse(expression)
    return expression  # type: ignore[no-any-return]
