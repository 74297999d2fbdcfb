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
from functools import partial
from typing import Any, TypeVar

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
Sources = Mapping[str, Row]
Truth = bool | None
T = TypeVar("T")

KEPT = 8_192
"""Nodes that functions are kept of."""

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


def truth(node: Node, sources: Sources, world: World) -> Truth:
    """The policy's truth for the rows that `sources` names."""
    return truths(node)(sources, world)


def value_of(node: Node, sources: Sources, world: World) -> Any:
    """The value of a value's node."""
    return values(node)(sources, world)


def for_each_node(make: Callable[[Node], T]) -> Callable[[Node], T]:
    """What is made of a node, made once; found by which node it is, as to hash a tree is to walk through it."""
    made: dict[int, tuple[Node, T]] = {}

    def found(node: Node) -> T:
        one = made.get(id(node))
        if one is None:
            if len(made) >= KEPT:
                made.clear()
            one = made[id(node)] = (node, make(node))
        return one[1]

    return found


def truth_function(node: Node) -> Callable[[Sources, World], Truth]:
    """A function for the node, made of those for what is below it."""
    match node:
        case Always(allowed):
            return lambda sources, world: allowed
        case SignedIn():
            return lambda sources, world: world.actor.is_known
        case Role(name):
            return lambda sources, world: name in world.actor.roles
        case Scope(name):
            return lambda sources, world: name in world.actor.scopes
        case All(parts):
            below = [truth_function(part) for part in parts]
            return lambda sources, world: conjunction(part(sources, world) for part in below)
        case Any_(parts):
            below = [truth_function(part) for part in parts]
            return lambda sources, world: disjunction(part(sources, world) for part in below)
        case Not(part):
            inner = truth_function(part)
            return lambda sources, world: negation(inner(sources, world))
        case Compare(name, left, right):
            return comparison(OPERATORS[name], left, right)
        case IsNull(value):
            read = value_function(value)
            return lambda sources, world: read(sources, world) is None
        case In(value, options):
            below = [comparison(operator.eq, value, option) for option in options]
            return lambda sources, world: disjunction(part(sources, world) for part in below)
        case InClaim(value, claim):
            return membership(value_function(value), claim)
        case Exists(table, source, where):
            return existence(table, source, truth_function(where))
        case Column() | Value() | Coalesce() | Case():
            read = value_function(node)
            return lambda sources, world: None if (value := read(sources, world)) is None else bool(value)
        case _:
            return refusal(node)


def value_function(node: Node) -> Callable[[Sources, World], Any]:
    """A function for the node, made of those for what is below it."""
    match node:
        case Column(source, name):
            return lambda sources, world: sources[source][name]
        case ActorValue(claim):
            return lambda sources, world: world.actor.value(claim)
        case Given():
            return lambda sources, world: world.given
        case Value(value, kind):
            return lambda sources, world: None if value is None else world.constant(value, kind)
        case Now(seconds):
            later = dt.timedelta(seconds=seconds)
            return lambda sources, world: world.now + later
        case Aggregate():
            return partial(aggregate, node, truth_function(node.where), value_function(node.value))
        case Arithmetic(sign, left, right):
            first, second = value_function(left), value_function(right)
            return lambda sources, world: arithmetic(sign, first(sources, world), second(sources, world))
        case Coalesce(options):
            read = [value_function(option) for option in options]
            return lambda sources, world: next(
                (value for one in read if (value := one(sources, world)) is not None), None
            )
        case Case(conditions, results, otherwise):
            pairs = [
                (truth_function(condition), value_function(result))
                for condition, result in zip(conditions, results, strict=True)
            ]
            rest = value_function(otherwise)
            return lambda sources, world: next(
                (result for condition, result in pairs if condition(sources, world) is True), rest
            )(sources, world)
        case _:
            return truth_function(node)


truths = for_each_node(truth_function)
values = for_each_node(value_function)


def refusal(node: Node) -> Callable[[Sources, World], Truth]:
    """What says that only the database can evaluate the node, when somebody wants to know."""

    def refused(sources: Sources, world: World) -> Truth:
        raise CannotEvaluate(f"{type(node).__name__} has no truth outside the database")

    return refused


def comparison(operation: Callable[[Any, Any], bool], left: Node, right: Node) -> Callable[[Sources, World], Truth]:
    """Two values compared; what the actor brings takes the type of the other."""
    first, second = value_function(left), value_function(right)
    if isinstance(right, ActorValue):

        def with_actor(sources: Sources, world: World) -> Truth:
            value = first(sources, world)
            return compare(operation, value, like(value, second(sources, world)))

        return with_actor
    if isinstance(left, ActorValue):

        def of_actor(sources: Sources, world: World) -> Truth:
            value = second(sources, world)
            return compare(operation, like(value, first(sources, world)), value)

        return of_actor
    return lambda sources, world: compare(operation, first(sources, world), second(sources, world))


def membership(read: Callable[[Sources, World], Any], claim: str) -> Callable[[Sources, World], Truth]:
    """Whether a value is among those of the actor's claim."""

    def among(sources: Sources, world: World) -> Truth:
        listed = world.actor.values(claim)
        if not listed:
            return None if listed is None else False
        wanted = read(sources, world)
        return disjunction(compare(operator.eq, wanted, like(wanted, given)) for given in listed)

    return among


def existence(table: str, source: str, where: Callable[[Sources, World], Truth]) -> Callable[[Sources, World], Truth]:
    """Whether there is a row for which the condition is true."""

    def exists(sources: Sources, world: World) -> Truth:
        counts = world.counts
        inside = dict(sources)
        for row in world.tables[table]:
            if counts(source, row):
                inside[source] = row
                if where(inside, world) is True:
                    return True
        return False

    return exists


def aggregate(
    node: Aggregate,
    where: Callable[[Sources, World], Truth],
    read: Callable[[Sources, World], Any],
    sources: Sources,
    world: World,
) -> Any:
    """A function over every combination of rows for which the condition is true."""
    values: list[Any] = []
    there = [[row for row in world.tables[part.table] if world.counts(part.name, row)] for part in node.sources]
    for rows in itertools.product(*there):
        inside = {**sources, **{part.name: row for part, row in zip(node.sources, rows, strict=True)}}
        if where(inside, world) is True:
            value = read(inside, world)
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


def compare(operation: Callable[[Any, Any], bool], left: Any, right: Any) -> Truth:
    """Two values compared as SQL does; null as well where values of their types have no order."""
    left, right = plain(left), plain(right)
    if left is None or right is None:
        return None
    try:
        return operation(left, right)
    except TypeError:
        return None


def plain(value: Any) -> Any:
    """The word that a member of an enumeration is kept as; any other value itself."""
    return str(value.value) if isinstance(value, enum.Enum) else value
