"""A SQLAlchemy expression as a policy's neutral tree."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import elements, functions, operators, selectable, visitors

from mainstay.declare.actor import ActorElement, ClaimHas
from mainstay.policy import tree

COMPARISONS: dict[Any, tree.Operator] = {
    operators.eq: "eq",
    operators.ne: "ne",
    operators.lt: "lt",
    operators.le: "lte",
    operators.gt: "gt",
    operators.ge: "gte",
}

CONSTANTS: tuple[tuple[type[Any], str, Any], ...] = (
    (bool, "boolean", bool),
    (enum.Enum, "choice", lambda value: value.value),
    (int, "integer", int),
    (float, "float", float),
    (str, "text", str),
    (decimal.Decimal, "decimal", str),
    (uuid.UUID, "uuid", str),
    (dt.datetime, "moment", dt.datetime.isoformat),
    (dt.date, "date", dt.date.isoformat),
    (dt.time, "time", dt.time.isoformat),
)
"""Python type, kind, and the function to its wire form; the first that fits."""


class OutsideTheSet(Exception):
    """The expression has a part that no node stands for."""


def translate(expression: Any, sources: Mapping[str, str]) -> tree.Node:
    """The tree that means what `expression` means; `sources` maps names of tables in scope to tables."""
    if hasattr(expression, "__clause_element__"):
        expression = expression.__clause_element__()
    match expression:
        case ActorElement():
            return tree.ActorValue(expression.claim)
        case ClaimHas():
            return tree.InClaim(translate(expression.column, sources), expression.claim)
        case elements.True_():
            return tree.Always(True)
        case elements.False_():
            return tree.Always(False)
        case elements.Null():
            return tree.Value(None)
        case elements.Grouping():
            return translate(expression.element, sources)
        case elements.Label() | elements.AsBoolean() | elements.UnaryExpression():
            return translate_unary(expression, sources)
        case elements.BooleanClauseList():
            parts = [translate(part, sources) for part in expression.clauses]
            return tree.all_of(*parts) if expression.operator is operators.and_ else tree.any_of(*parts)
        case elements.BinaryExpression():
            return translate_binary(expression, sources)
        case elements.BindParameter():
            return constant(expression.effective_value)
        case functions.now():
            return tree.Now()
        case sa.Column():
            return column(expression, sources)
    raise OutsideTheSet(f"{type(expression).__name__} ({expression}) has no node in a policy")


def column(expression: sa.Column[Any], sources: Mapping[str, str]) -> tree.Column:
    """A column of a table that is in scope."""
    source = source_name(expression.table)
    if source not in sources:
        raise OutsideTheSet(f"{source}.{expression.name} is a column of a table that is not in scope")
    return tree.Column(source, expression.name)


def source_name(table: Any) -> str:
    """What a table is called inside an expression: its alias, or its own name."""
    return str(table.name)


def constant(value: Any) -> tree.Value:
    """A constant in its wire form."""
    if value is None:
        return tree.Value(None)
    for python, kind, form in CONSTANTS:
        if isinstance(value, python):
            return tree.Value(form(value), kind)
    raise OutsideTheSet(f"a constant of type {type(value).__name__} has no wire form")


def translate_unary(expression: Any, sources: Mapping[str, str]) -> tree.Node:
    """NOT, IS TRUE of a boolean column, EXISTS, and what only wraps another expression."""
    if isinstance(expression, selectable.Exists):
        return exists(expression, sources)
    if isinstance(expression, elements.Label):
        return translate(expression.element, sources)
    if isinstance(expression, elements.AsBoolean):
        inner = translate(expression.element, sources)
        return tree.Not(inner) if expression.operator is operators.is_false else inner
    if expression.operator is operators.inv:
        return tree.Not(translate(expression.element, sources))
    raise OutsideTheSet(f"{expression} has no node in a policy")


def translate_binary(expression: elements.BinaryExpression[Any], sources: Mapping[str, str]) -> tree.Node:
    """Comparisons, IS, IN, BETWEEN, and moments so many seconds from now."""
    left, right, operator = expression.left, expression.right, expression.operator
    if operator in COMPARISONS:
        return tree.Compare(COMPARISONS[operator], translate(left, sources), translate(right, sources))
    if operator in (operators.is_, operators.is_not):
        truth = is_expression(translate(left, sources), right)
        return truth if operator is operators.is_ else tree.Not(truth)
    if operator in (operators.in_op, operators.not_in_op) and isinstance(right, elements.BindParameter):
        options = tuple(constant(value) for value in right.effective_value or ())
        member = tree.In(translate(left, sources), options)
        return member if operator is operators.in_op else tree.Not(member)
    if operator in (operators.between_op, operators.not_between_op):
        low, high = (translate(bound, sources) for bound in getattr(right, "clauses", (right,)))
        value = translate(left, sources)
        both = tree.all_of(tree.Compare("gte", value, low), tree.Compare("lte", value, high))
        return both if operator is operators.between_op else tree.Not(both)
    if operator in (operators.add, operators.sub) and isinstance(left, functions.now):
        span = getattr(right, "value", None)
        if isinstance(span, dt.timedelta):
            return tree.Now(span.total_seconds() * (1 if operator is operators.add else -1))
    raise OutsideTheSet(f"{expression} has no node in a policy")


def is_expression(value: tree.Node, right: Any) -> tree.Node:
    """`IS NULL`, `IS TRUE` and `IS FALSE`, none of which is ever null."""
    if isinstance(right, elements.Null):
        return tree.IsNull(value)
    known = tree.Not(tree.IsNull(value))
    if isinstance(right, elements.True_):
        return tree.all_of(known, value)
    if isinstance(right, elements.False_):
        return tree.all_of(known, tree.Not(value))
    raise OutsideTheSet(f"IS {right} has no node in a policy")


def exists(expression: selectable.Exists, sources: Mapping[str, str]) -> tree.Node:
    """EXISTS over tables that the expression brings in, one nested in the other."""
    select = next(part for part in visitors.iterate(expression) if isinstance(part, sa.Select))
    tables: dict[str, str] = {}
    conditions = [select.whereclause] if select.whereclause is not None else []
    for source in select.get_final_froms():
        collect(source, tables, conditions)
    inner = {name: table for name, table in tables.items() if name not in sources}
    if not inner:
        raise OutsideTheSet(f"{expression} looks through no table but its own; give the inner one an alias")
    where = tree.all_of(*[translate(condition, {**sources, **inner}) for condition in conditions])
    for name, table in reversed(inner.items()):
        where = tree.Exists(table, name, where)
    return where


def collect(source: Any, tables: dict[str, str], conditions: list[Any]) -> None:
    """The tables of a FROM by the name they have there, and the conditions of its joins."""
    if isinstance(source, selectable.Join):
        collect(source.left, tables, conditions)
        collect(source.right, tables, conditions)
        conditions.append(source.onclause)
    elif isinstance(source, sa.Table):
        tables[source.name] = source.name
    elif isinstance(source, selectable.Alias) and isinstance(source.element, sa.Table):
        tables[str(source.name)] = source.element.name
    else:
        raise OutsideTheSet(f"a policy looks through tables, not through {source}")
