"""A SQLAlchemy expression as a neutral tree: of a policy, or of a computed field's value."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import math
import uuid
from collections.abc import Mapping
from typing import Any, get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy.sql import elements, functions, operators, selectable, visitors

from mainstay.declare.actor import ActorElement, ClaimHas, GivenElement
from mainstay.kinds import KindType
from mainstay.policy import tree

COMPARISONS: dict[Any, tree.Operator] = {
    operators.eq: "eq",
    operators.ne: "ne",
    operators.lt: "lt",
    operators.le: "lte",
    operators.gt: "gt",
    operators.ge: "gte",
}

ARITHMETIC: dict[Any, tree.Sign] = {
    operators.add: "plus",
    operators.sub: "minus",
    operators.mul: "times",
    operators.truediv: "over",
}

CONSTANTS: tuple[tuple[type[Any], str, Any], ...] = (
    (bool, "boolean", bool),
    (enum.Enum, "choice", lambda value: str(value.value)),
    (int, "integer", int),
    (float, "float", float),
    (str, "text", str),
    (decimal.Decimal, "decimal", "{:f}".format),
    (uuid.UUID, "uuid", str),
    (dt.datetime, "moment", lambda value: value.astimezone(dt.UTC).isoformat()),
    (dt.date, "date", dt.date.isoformat),
    (dt.time, "time", dt.time.isoformat),
)
"""Python type, kind, and the function to its wire form; the first that fits."""

OF_TOKENS = ("boolean", "choice", "integer", "float", "text", "uuid", "")
"""Kinds of constants that a claim of a token can be compared with."""

AGGREGATES = get_args(tree.Function)

Sources = Mapping[Any, str]
"""Tables and aliases in scope, and what each is called in the tree."""


GIVEN = object()
"""Among the sources of a condition in which `given` may stand."""

OPAQUE = 'write opaque(expression, "reason")'


class OutsideTheSet(Exception):
    """The expression has a part that no node stands for; `do` says what can be done."""

    def __init__(self, what: str, do: str = OPAQUE) -> None:
        super().__init__(what)
        self.do = do


class Rows(msgspec.Struct, frozen=True):
    """What a subquery selects from, around the functions in it."""

    sources: tuple[tree.Source, ...]
    where: tree.Node
    inside: Sources


def worked_out(expression: Any, sources: Sources) -> tree.Node:
    """The value of a computed field: a truth, or any other value."""
    expression = plain(expression)
    truth = isinstance(expression.type, sa.Boolean) if isinstance(expression, sa.ColumnElement) else False
    if truth and not isinstance(expression, sa.Column | elements.Case | selectable.ScalarSelect | functions.coalesce):
        return translate(expression, sources)
    return value(expression, sources)


def translate(expression: Any, sources: Sources) -> tree.Node:
    """The truth that `expression` is."""
    expression = plain(expression)
    match expression:
        case ClaimHas():
            return tree.InClaim(value(expression.column, sources), expression.claim)
        case elements.True_():
            return tree.ANYONE
        case elements.False_():
            return tree.NOBODY
        case elements.BooleanClauseList() if expression.operator in (operators.and_, operators.or_):
            parts = [translate(part, sources) for part in expression.clauses]
            return tree.all_of(*parts) if expression.operator is operators.and_ else tree.any_of(*parts)
        case selectable.Exists():
            return exists(expression, sources)
        case elements.AsBoolean():
            inner = translate(expression.element, sources)
            return tree.Not(inner) if expression.operator is operators.is_false else inner
        case elements.UnaryExpression() if expression.operator is operators.inv:
            return tree.Not(translate(expression.element, sources))
        case elements.BinaryExpression():
            return comparison(expression, sources)
        case sa.Column() if is_boolean(expression):
            return value(expression, sources)
        case sa.Column() | ActorElement():
            raise OutsideTheSet(f"{shown(expression)} is a value, not a truth", "compare it with something")
    raise OutsideTheSet(f"{shown(expression)} has no node")


def value(expression: Any, sources: Sources, rows: Rows | None = None) -> tree.Node:
    """The value that `expression` is: a column's, the actor's, a constant, a moment from now, or worked out of these.

    Within a subquery `rows` are what its functions are over.
    """
    expression = plain(expression)
    match expression:
        case sa.Select() | selectable.ScalarSelect():
            return selected(expression, sources)
        case functions.coalesce():
            return tree.Coalesce(tuple(value(part, sources, rows) for part in expression.clauses))
        case elements.Case():
            return case_of(expression, sources, rows)
        case functions.FunctionElement() if rows is not None and function_name(expression) in AGGREGATES:
            return aggregate(expression, rows)
        case elements.UnaryExpression() if expression.operator is operators.neg:
            return tree.Arithmetic("minus", tree.Value(0, "integer"), value(expression.element, sources, rows))
        case ActorElement():
            return tree.ActorValue(expression.claim)
        case GivenElement():
            if GIVEN not in sources:
                raise OutsideTheSet("given is what the caller gives for a parameter", "write it in parameter(name, ..)")
            return tree.Given()
        case elements.Null():
            return tree.Value(None)
        case elements.True_() | elements.False_():
            return tree.Value(isinstance(expression, elements.True_), "boolean")
        case elements.BindParameter():
            return constant(expression.effective_value)
        case functions.now() | functions.current_timestamp():
            return tree.Now()
        case elements.BinaryExpression(left=functions.now() | functions.current_timestamp()):
            span = getattr(expression.right, "value", None)
            if expression.operator in (operators.add, operators.sub) and isinstance(span, dt.timedelta):
                return tree.Now(span.total_seconds() * (1 if expression.operator is operators.add else -1))
        case elements.BinaryExpression() if expression.operator in ARITHMETIC:
            left, right = value(expression.left, sources, rows), value(expression.right, sources, rows)
            return tree.Arithmetic(ARITHMETIC[expression.operator], left, right)
        case sa.Column():
            source = sources.get(plain_table(expression.table))
            if source is None:
                raise OutsideTheSet(
                    f"{expression.table.name}.{expression.name} is a column of a table that is not in scope",
                    f"look through that table with exists().where({expression.table.name}.. == ..)",
                )
            return tree.Column(source, expression.name)
    raise OutsideTheSet(f"{shown(expression)} has no node")


def plain(expression: Any) -> Any:
    """The expression without what only wraps it."""
    if hasattr(expression, "__clause_element__"):
        expression = expression.__clause_element__()
    while isinstance(expression, elements.Grouping | elements.Label):
        expression = expression.element
    return expression


def plain_table(table: Any) -> Any:
    """The table or alias itself; the ORM hands out annotated copies of it."""
    return table._deannotate() if hasattr(table, "_deannotate") else table


def is_boolean(column: sa.Column[Any]) -> bool:
    """Whether a column is a truth by itself."""
    type_ = column.type
    return type_.kind.python is bool if isinstance(type_, KindType) else isinstance(type_, sa.Boolean)


def shown(expression: Any) -> str:
    """An expression in words, for a message."""
    name = type(expression).__name__.removeprefix("Annotated")
    return f"{name} ({' '.join(str(expression).split())[:200]})"


def constant(given: Any) -> tree.Value:
    """A constant in its wire form."""
    if given is None:
        return tree.Value(None)
    if isinstance(given, dt.datetime) and given.tzinfo is None:
        raise OutsideTheSet(f"the moment {given} has no zone", "write it with tzinfo=UTC")
    finite = not isinstance(given, float | decimal.Decimal) or math.isfinite(given)
    for python, kind, form in CONSTANTS:
        if isinstance(given, python) and finite:
            return tree.Value(form(given), kind)
    raise OutsideTheSet(f"the constant {given!r} has no wire form")


def comparison(expression: elements.BinaryExpression[Any], sources: Sources) -> tree.Node:
    """Comparisons, IS, IN and BETWEEN, and the NOT of each."""
    left, right, operator = expression.left, plain(expression.right), expression.operator
    if operator in COMPARISONS:
        return compared(COMPARISONS[operator], value(left, sources), value(right, sources))
    if operator in (operators.is_, operators.is_not):
        truth = is_expression(left, right, sources)
        return truth if operator is operators.is_ else tree.Not(truth)
    if operator in (operators.in_op, operators.not_in_op):
        member = in_expression(value(left, sources), right, sources)
        return member if operator is operators.in_op else tree.Not(member)
    if operator in (operators.between_op, operators.not_between_op):
        low, high = (value(bound, sources) for bound in right.clauses)
        both = tree.all_of(
            compared("gte", value(left, sources), low),
            compared("lte", value(left, sources), high),
        )
        return both if operator is operators.between_op else tree.Not(both)
    raise OutsideTheSet(f"{shown(expression)} has no node")


def compared(operator: tree.Operator, left: tree.Node, right: tree.Node) -> tree.Node:
    """A comparison, refused where a claim meets a constant that no token holds."""
    for mine, other in ((left, right), (right, left)):
        if isinstance(mine, tree.ActorValue) and isinstance(other, tree.Value) and other.kind not in OF_TOKENS:
            raise OutsideTheSet(
                f"a claim cannot be compared with a constant of kind {other.kind}", "compare it as text"
            )
    return tree.Compare(operator, left, right)


def in_expression(member: tree.Node, right: Any, sources: Sources) -> tree.Node:
    """IN over constants, or over columns and constants."""
    if isinstance(right, elements.BindParameter):
        options: list[tree.Node] = [constant(option) for option in right.effective_value or ()]
    elif isinstance(right, elements.ClauseList):
        options = [value(option, sources) for option in right.clauses]
    else:
        raise OutsideTheSet(f"IN {shown(right)} has no node", "write exists().where(..), which has")
    for option in options:
        compared("eq", member, option)
    return tree.In(member, tuple(options))


def is_expression(left: Any, right: Any, sources: Sources) -> tree.Node:
    """`IS NULL`, `IS TRUE` and `IS FALSE`, none of which is ever null."""
    if isinstance(right, elements.Null):
        return tree.IsNull(value(left, sources))
    wanted = value(right, sources)
    if isinstance(wanted, tree.Value) and isinstance(wanted.value, bool):
        truth = translate(left, sources)
        there = tree.Not(tree.IsNull(value(left, sources)))
        return tree.all_of(there, truth if wanted.value else tree.Not(truth))
    raise OutsideTheSet(f"IS {shown(right)} has no node")


def exists(expression: selectable.Exists, sources: Sources) -> tree.Node:
    """EXISTS over tables that the expression brings in, one nested in the other."""
    select = next(part for part in visitors.iterate(expression) if isinstance(part, sa.Select))
    inner, where = looked_through(select, sources)
    for source, name in reversed(inner.items()):
        where = tree.Exists(table_of(source).name, name, where)
    return where


def looked_through(select: Any, sources: Sources) -> tuple[dict[Any, str], tree.Node]:
    """The tables that a subquery brings in, with the names that they get, and its condition."""
    limits = (select._limit_clause, select._offset_clause, select._fetch_clause)
    if select._group_by_clauses or select._having_criteria or any(limit is not None for limit in limits):
        raise OutsideTheSet("a subquery that groups or limits has no node")
    found: list[Any] = []
    conditions = [select.whereclause] if select.whereclause is not None else []
    for source in select.get_final_froms():
        collect(source, found, conditions, sources)
    inner: dict[Any, str] = {}
    for source in found:
        if source not in sources:
            inner[source] = free_name(table_of(source).name, {*sources.values(), *inner.values()})
    if not inner:
        raise OutsideTheSet(
            f"{shown(select)} looks through no table but its own",
            "give the inner one an alias: other = aliased(Model)",
        )
    return inner, tree.all_of(*[translate(condition, {**sources, **inner}) for condition in conditions])


def selected(expression: Any, sources: Sources) -> tree.Node:
    """What a subquery selects: functions of its rows, and what is worked out of them."""
    select = expression if isinstance(expression, sa.Select) else scalar_of(expression)
    columns = list(select.inner_columns)
    if len(columns) != 1 or select._distinct:
        raise OutsideTheSet(f"{shown(select)} does not select one value", "select one of count, sum, avg, min and max")
    inner, where = looked_through(select, sources)
    named = tuple(tree.Source(table_of(source).name, name) for source, name in inner.items())
    return value(columns[0], sources, Rows(named, where, {**sources, **inner}))


def scalar_of(expression: selectable.ScalarSelect[Any]) -> sa.Select[Any]:
    """The SELECT in a scalar subquery."""
    select = expression.element
    while isinstance(select, selectable.SelectStatementGrouping):
        select = select.element
    if not isinstance(select, sa.Select):
        raise OutsideTheSet(f"{shown(select)} has no node", "select one of count, sum, avg, min and max")
    return select


def function_name(expression: Any) -> str:
    """The name of a function, in small letters."""
    return str(getattr(expression, "name", "")).lower()


def aggregate(expression: Any, rows: Rows) -> tree.Node:
    """A function over the rows of a subquery."""
    name: Any = function_name(expression)
    arguments = list(expression.clauses)
    every = not arguments or (isinstance(arguments[0], elements.ColumnClause) and arguments[0].name == "*")
    if name == "count" and every:
        return tree.Aggregate(name, tree.Value(1, "integer"), rows.sources, rows.where)
    if len(arguments) != 1:
        raise OutsideTheSet(f"{shown(expression)} is not a function of one value", "write it of one column")
    given = plain(arguments[0])
    distinct = isinstance(given, elements.UnaryExpression) and given.operator is operators.distinct_op
    if distinct and name in ("sum", "avg"):
        raise OutsideTheSet(f"{shown(expression)} passes over equal values", "write it without distinct")
    of = value(given.element if distinct else given, rows.inside)
    return tree.Aggregate(name, of, rows.sources, rows.where, distinct and name == "count")


def case_of(expression: elements.Case[Any], sources: Sources, rows: Rows | None) -> tree.Node:
    """CASE, whose conditions are truths."""
    if expression.value is not None:
        raise OutsideTheSet(f"{shown(expression)} compares one value", "write case((condition, result), .., else_=..)")
    if rows is not None:
        raise OutsideTheSet(f"{shown(expression)} stands inside a subquery", "write case(..) around the subquery")
    conditions = tuple(translate(condition, sources) for condition, _ in expression.whens)
    results = tuple(value(result, sources) for _, result in expression.whens)
    otherwise = tree.Value(None) if expression.else_ is None else value(expression.else_, sources)
    return tree.Case(conditions, results, otherwise)


def free_name(table: str, taken: set[str]) -> str:
    """What a source is called: its table's name, with a number where that is taken."""
    number = 2
    name = table
    while name in taken:
        name, number = f"{table}_{number}", number + 1
    return name


def collect(source: Any, found: list[Any], conditions: list[Any], outside: Sources) -> None:
    """The tables and aliases of a FROM, and the conditions of its joins."""
    source = plain_table(source)
    if isinstance(source, selectable.Join):
        if source.isouter or source.full:
            raise OutsideTheSet("an outer join has no node", "write a join, or a second exists(..)")
        for side in (source.left, source.right):
            if plain_table(side) in outside:
                name = table_of(plain_table(side)).name
                raise OutsideTheSet(
                    f"{name} is joined again inside an EXISTS", "give the inner one an alias: other = aliased(Model)"
                )
            collect(side, found, conditions, outside)
        conditions.append(source.onclause)
    else:
        table_of(source)
        found.append(source)


def table_of(source: Any) -> sa.Table:
    """The table that a source is, or is an alias of."""
    table = plain_table(source.element) if isinstance(source, selectable.Alias) else source
    if not isinstance(table, sa.Table):
        raise OutsideTheSet(f"a policy looks through tables, not through {shown(source)}")
    return table
