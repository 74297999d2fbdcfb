"""A policy evaluated in Python on rows: the same three values as SQL, without any SQL.

This is what the proof holds the database's answers against, so it shares nothing with the way
policies become SQL but the tree itself.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstay.actor import Actor
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
            return conjunction([truth(part, sources, world) for part in parts])
        case Any_(parts):
            return negation(conjunction([negation(truth(part, sources, world)) for part in parts]))
        case Not(part):
            return negation(truth(part, sources, world))
        case Compare(name, left, right):
            return compare(name, value_of(left, sources, world), value_of(right, sources, world))
        case IsNull(value):
            return value_of(value, sources, world) is None
        case In(value, options):
            wanted = value_of(value, sources, world)
            return member(wanted, [value_of(option, sources, world) for option in options])
        case InClaim(value, claim):
            listed = world.actor.value(claim)
            return None if listed is None else member(value_of(value, sources, world), list(listed))
        case Exists(table, source, where):
            return any(truth(where, {**sources, source: row}, world) is True for row in world.tables[table])
        case Column() | Value():
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
        case Value(value, kind):
            return None if value is None else world.constant(value, kind)
        case Now(seconds):
            return world.now + dt.timedelta(seconds=seconds)
        case _:
            return truth(node, sources, world)


def negation(value: Truth) -> Truth:
    """SQL's NOT."""
    return None if value is None else not value


def conjunction(values: Sequence[Truth]) -> Truth:
    """SQL's AND."""
    if False in values:
        return False
    return None if None in values else True


def compare(name: str, left: Any, right: Any) -> Truth:
    """Two values compared as SQL does; identifiers given as text are compared as text."""
    if left is None or right is None:
        return None
    if type(left) is not type(right) and (isinstance(left, str) or isinstance(right, str)):
        left, right = str(left), str(right)
    return OPERATORS[name](left, right)


def member(wanted: Any, options: Sequence[Any]) -> Truth:
    """SQL's IN: false for no options at all, null where a null could have been the one."""
    if not options:
        return False
    found = [compare("eq", wanted, option) for option in options]
    return True if True in found else None if None in found else False
