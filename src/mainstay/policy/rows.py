"""A policy evaluated in Python on rows: the same three values as SQL, without any SQL.

This is what the proof holds the database's answers against, so it shares nothing with the way
policies become SQL but the tree itself.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import itertools
import operator
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.actor import Actor
from mainstay.policy.tree import (
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
    Role,
    Scope,
    SignedIn,
    Value,
)

Row = Mapping[str, Any]
Truth = bool | None

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
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

FROM_TEXT: dict[type[Any], Callable[[str], Any]] = {
    uuid.UUID: uuid.UUID,
    int: int,
    float: float,
    decimal.Decimal: decimal.Decimal,
}
"""Types of values that a token may hold as text."""


class CannotEvaluate(Exception):
    """The policy has a part that only the database can evaluate."""


@dataclass(frozen=True, slots=True)
class World:
    """What a policy is evaluated in: who calls, when, and every row of every table."""

    actor: Actor
    now: dt.datetime
    tables: Mapping[str, Sequence[Row]]
    constant: Callable[[Any, str], Any] = lambda value, kind: value
    """From a constant's wire form and kind to its value in Python."""
    given: Any = None
    """What the caller gives for the parameter whose condition is evaluated."""
    counts: Callable[[str, Row], bool] = lambda source, row: True
    """Whether a row is looked at under the name of a source."""


def allows(node: Node, row: Row, source: str, world: World) -> bool:
    """Whether the policy allows the row of the table `source`; null denies."""
    return truth(node, {source: row}, world) is True


def truth(node: Node, sources: Mapping[str, Row], world: World) -> Truth:
    """The policy's truth for the rows that `sources` names."""
    match node:
        case Always(allowed):
            return allowed
        case SignedIn():
            return world.actor.is_known
        case Role(name):
            return name in world.actor.roles
        case Scope(name):
            return name in world.actor.scopes
        case All(parts):
            return conjunction(truth(part, sources, world) for part in parts)
        case Any_(parts):
            return disjunction(truth(part, sources, world) for part in parts)
        case Not(part):
            return negation(truth(part, sources, world))
        case Compare(name, left, right):
            return compare(name, *fitted(left, right, sources, world))
        case IsNull(value):
            return value_of(value, sources, world) is None
        case In(value, options):
            if not options:
                return False
            return disjunction([compare("eq", *fitted(value, option, sources, world)) for option in options])
        case InClaim(value, claim):
            listed = world.actor.values(claim)
            if not listed:
                return None if listed is None else False
            wanted = value_of(value, sources, world)
            return disjunction([compare("eq", wanted, like(wanted, given)) for given in listed])
        case Exists(table, source, where):
            rows = (row for row in world.tables[table] if world.counts(source, row))
            return any(truth(where, {**sources, source: row}, world) is True for row in rows)
        case Column() | Value() | Coalesce() | Case():
            value = value_of(node, sources, world)
            return None if value is None else bool(value)
        case _:
            raise CannotEvaluate(f"{type(node).__name__} has no truth outside the database")


def value_of(node: Node, sources: Mapping[str, Row], world: World) -> Any:
    """The value of a value's node."""
    match node:
        case Column(source, name):
            return sources[source][name]
        case ActorValue(claim):
            return world.actor.value(claim)
        case Given():
            return world.given
        case Value(value, kind):
            return None if value is None else world.constant(value, kind)
        case Now(seconds):
            return world.now + dt.timedelta(seconds=seconds)
        case Aggregate():
            return aggregate(node, sources, world)
        case Arithmetic(sign, left, right):
            return arithmetic(sign, value_of(left, sources, world), value_of(right, sources, world))
        case Coalesce(values):
            found = (value_of(value, sources, world) for value in values)
            return next((value for value in found if value is not None), None)
        case Case(conditions, results, otherwise):
            for condition, result in zip(conditions, results, strict=True):
                if truth(condition, sources, world) is True:
                    return value_of(result, sources, world)
            return value_of(otherwise, sources, world)
        case _:
            return truth(node, sources, world)


def aggregate(node: Aggregate, sources: Mapping[str, Row], world: World) -> Any:
    """A function over every combination of rows for which the condition is true."""
    values: list[Any] = []
    there = [[row for row in world.tables[part.table] if world.counts(part.name, row)] for part in node.sources]
    for rows in itertools.product(*there):
        inside = {**sources, **{part.name: row for part, row in zip(node.sources, rows, strict=True)}}
        if truth(node.where, inside, world) is True:
            value = value_of(node.value, inside, world)
            if value is not None and not (node.distinct and value in values):
                values.append(value)
    if node.function == "count":
        return len(values)
    if not values:
        return None
    if node.function in ("min", "max"):
        return min(values) if node.function == "min" else max(values)
    total = held(sum(values[1:], start=values[0]))
    return total if node.function == "sum" or total is None else as_float(total) / len(values)


def arithmetic(sign: str, left: Any, right: Any) -> Any:
    """Two exact numbers to a third."""
    if left is None or right is None:
        return None
    if sign == "over":
        return as_float(left) / as_float(right) if right else None
    return held(ARITHMETIC[sign](left, right))


def scaled(value: int | decimal.Decimal) -> tuple[int, int]:
    """An exact number as a whole number and how many of its digits are behind the point."""
    if isinstance(value, int):
        return value, 0
    exponent = value.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return int(value.scaleb(digits)), digits


def held(value: Any) -> Any:
    """An exact number, or null where 64 bits do not hold its digits; their smallest and largest count as beyond."""
    return value if LEAST < scaled(value)[0] < MOST else None


def as_float(value: int | decimal.Decimal) -> float:
    """An exact number as the nearest float: its digits as one, over a power of ten."""
    whole, digits = scaled(value)
    return float(whole) / float(10**digits)


def fitted(left: Node, right: Node, sources: Mapping[str, Row], world: World) -> tuple[Any, Any]:
    """Two values that are compared; what the actor brings takes the type of the other."""
    first, second = value_of(left, sources, world), value_of(right, sources, world)
    if isinstance(right, ActorValue):
        return first, like(first, second)
    return (like(second, first), second) if isinstance(left, ActorValue) else (first, second)


def like(value: Any, given: Any) -> Any:
    """What is given, such as a claim of a token, as a value of the same type as `value`; null where it is none."""
    value = plain(value)
    if value is None or given is None or type(value) is type(given):
        return given
    if isinstance(value, str):
        return str(given)
    read = next((read for python, read in FROM_TEXT.items() if isinstance(value, python)), None)
    if not isinstance(given, str) or isinstance(value, bool) or read is None:
        return given
    try:
        return read(given)
    except (ValueError, ArithmeticError):
        return None


def negation(value: Truth) -> Truth:
    """SQL's NOT."""
    return None if value is None else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """SQL's AND; what stands behind a false one is not looked at."""
    known: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            known = None
    return known


def disjunction(values: Iterable[Truth]) -> Truth:
    """SQL's OR; what stands behind a true one is not looked at."""
    known: Truth = False
    for value in values:
        if value is True:
            return True
        if value is None:
            known = None
    return known


def compare(name: str, left: Any, right: Any) -> Truth:
    """Two values compared as SQL does; null as well where values of their types have no order."""
    left, right = plain(left), plain(right)
    if left is None or right is None:
        return None
    try:
        return OPERATORS[name](left, right)
    except TypeError:
        return None


def plain(value: Any) -> Any:
    """The word that a member of an enumeration is kept as; any other value itself."""
    return str(value.value) if isinstance(value, enum.Enum) else value
