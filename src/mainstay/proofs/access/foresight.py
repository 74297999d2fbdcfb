"""What a policy could come to for an actor before any row is looked at, by following every truth it could have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from mainstay.actor import Actor
from mainstay.policy.rows import Truth, World, conjunction, negation, truth
from mainstay.policy.tree import All, Any_, Column, Compare, Exists, In, InClaim, IsNull, Node, Not, Opaque, Value

Truths = frozenset[Truth]
EVERY: Truths = frozenset({True, False, None})


def possible_truths(node: Node, actor: Actor, now: dt.datetime, constant: Callable[[Any, str], Any]) -> Truths:
    """The truths that the policy could have for the actor on rows of any content."""
    world = World(actor, now, {}, constant)
    return follow(node, world)


def follow(node: Node, world: World) -> Truths:
    """The truths that a node could have; parts are taken to be independent of one another."""
    match node:
        case All(parts):
            return combined([follow(part, world) for part in parts], conjunction)
        case Any_(parts):
            flipped = [frozenset(negation(value) for value in follow(part, world)) for part in parts]
            return frozenset(negation(value) for value in combined(flipped, conjunction))
        case Not(part):
            return frozenset(negation(value) for value in follow(part, world))
        case Exists(where=where):
            return frozenset({True, False}) if True in follow(where, world) else frozenset({False})
        case Opaque():
            return EVERY
        case _:
            return leaf(node, world)


def combined(several: Iterable[Truths], combine: Callable[[list[Truth]], Truth]) -> Truths:
    """What combinations of possible truths come to."""
    found: Truths = frozenset({True})
    for truths in several:
        found = frozenset(combine([one, other]) for one, other in product(found, truths))
    return found


def leaf(node: Node, world: World) -> Truths:
    """The truths of a leaf: one where no column is in it, and every one that nulls and the actor leave otherwise."""
    if not any(isinstance(part, Column) for part in node.walk()):
        return frozenset({truth(node, {}, world)})
    match node:
        case Compare(_, left, right):
            return frozenset({None}) if null(left, world) or null(right, world) else EVERY
        case In(value, options):
            if not options:
                return frozenset({False})
            return frozenset({None}) if null(value, world) or all(null(option, world) for option in options) else EVERY
        case InClaim(value, claim):
            listed = world.actor.value(claim)
            if listed is None or null(value, world):
                return frozenset({None})
            return EVERY if listed else frozenset({False})
        case IsNull():
            return frozenset({True, False})
    return EVERY


def null(value: Node, world: World) -> bool:
    """Whether a value is null whatever the row."""
    if isinstance(value, Column):
        return False
    if isinstance(value, Value):
        return value.value is None
    claim = getattr(value, "claim", None)
    return claim is not None and world.actor.value(claim) is None
