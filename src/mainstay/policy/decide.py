"""The actor's part of a policy: what is decided before any row is looked at.

`Decider` turns a policy and an actor into yes, no, or a condition over rows.  The condition holds no
truth about the actor any more, only values of theirs, so that all actors for whom the same truths
hold share one condition and the one statement compiled from it.
"""

from __future__ import annotations

import operator
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Lock
from typing import Any

import msgspec

from mainstay.actor import NOBODY as NOBODY_CALLS, Actor
from mainstay.policy.tree import (
    ANYONE,
    NOBODY,
    ActorValue,
    All,
    Always,
    Any_,
    Compare,
    Exists,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Role,
    Scope,
    SignedIn,
    Value,
    all_of,
    any_of,
)

NULL = Value(None)
"""The truth that is neither true nor false."""

TRUTHS: dict[bool | None, Node] = {True: ANYONE, False: NOBODY, None: NULL}

NUMBERED = (uuid.UUID, int, float)
"""Types of values that a token may hold as text."""
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


class Decision(msgspec.Struct, frozen=True):
    """What is known before a row is looked at: `condition` is `ANYONE` for yes and `NOBODY` for no."""

    condition: Node
    number: int
    """Equal for equal conditions of one policy, small, and cheaper to compare than the condition."""

    @property
    def is_yes(self) -> bool:
        """True when no row can be refused."""
        return self.condition is ANYONE

    @property
    def is_no(self) -> bool:
        """True when no row can be allowed."""
        return self.condition is NOBODY


class Decider:
    """A policy, ready to be decided for one actor after another."""

    def __init__(self, policy: Node) -> None:
        self.policy = policy
        nodes = list(policy.walk())
        self.needs_actor = any(isinstance(node, SignedIn | Role | Scope | ActorValue | InClaim) for node in nodes)
        self.roles = names(node.name for node in nodes if isinstance(node, Role))
        self.scopes = names(node.name for node in nodes if isinstance(node, Scope))
        self.claims = names(node.claim for node in nodes if isinstance(node, ActorValue))
        self.lists = names(node.claim for node in nodes if isinstance(node, InClaim))
        self.leaves = tuple(dict.fromkeys(node for node in nodes if is_about_the_actor_alone(node)))
        self.decisions: dict[tuple[Any, ...], Decision] = {}
        self.deciding = Lock()
        """Actions decide in other threads too, and no two conditions may have one number."""
        self.constant = self.number(simplify(policy, NOBODY_CALLS)) if not self.needs_actor else None
        self.latest: tuple[Actor | None, Decision] = (None, Decision(NOBODY, 1))
        """The actor decided for last, who is most often asked about again within the same call."""

    def decide(self, actor: Actor) -> Decision:
        """Yes, no, or the condition for this actor."""
        if self.constant is not None:
            return self.constant
        latest, decision = self.latest
        if latest is actor:
            return decision
        decision = self.decided(actor)
        self.latest = (actor, decision)
        return decision

    def decided(self, actor: Actor) -> Decision:
        """The decision of all actors for whom the same truths hold."""
        truths = tuple(self.truths(actor))
        decision = self.decisions.get(truths)
        if decision is None:
            with self.deciding:
                decision = self.decisions.get(truths)
                if decision is None:
                    decision = self.decisions[truths] = self.number(simplify(self.policy, actor))
        return decision

    def truths(self, actor: Actor) -> Iterator[bool | None]:
        """All that the policy asks about the actor alone."""
        yield actor.id is not None
        for role in self.roles:
            yield role in actor.roles
        for scope in self.scopes:
            yield scope in actor.scopes
        for claim in self.claims:
            yield actor.value(claim) is None
        for claim in self.lists:
            yield fullness(actor.values(claim))
        for leaf in self.leaves:
            yield known(leaf, actor)

    def number(self, truth: Node) -> Decision:
        """The decision with this condition, with the number of an equal one where there is one."""
        truth = settle(truth)
        if truth == ANYONE:
            return Decision(ANYONE, 0)
        if truth == NOBODY:
            return Decision(NOBODY, 1)
        for known in self.decisions.values():
            if known.condition == truth:
                return known
        return Decision(truth, len(self.decisions) + 2)


def names(found: Iterable[str]) -> tuple[str, ...]:
    """Each once, in a fixed order."""
    return tuple(sorted(set(found)))


def fullness(values: tuple[Any, ...] | None) -> bool | None:
    """Whether a list has anything in it; None where there is no list."""
    return None if values is None else bool(values)


def simplify(node: Node, actor: Actor) -> Node:
    """The truth with everything about the actor decided: `ANYONE`, `NOBODY`, `NULL` or a condition over rows."""
    match node:
        case SignedIn():
            return Always(actor.is_known)
        case Role(name):
            return Always(name in actor.roles)
        case Scope(name):
            return Always(name in actor.scopes)
        case All(parts):
            return all_known([simplify(part, actor) for part in parts])
        case Any_(parts):
            return any_known([simplify(part, actor) for part in parts])
        case Not(part):
            return negate(simplify(part, actor))
        case Compare() | IsNull() | In() | InClaim() if is_about_the_actor_alone(node):
            return TRUTHS[known(node, actor)]
        case Compare(_, left, right):
            return NULL if is_null(left, actor) or is_null(right, actor) else node
        case In(value, options):
            if not options:
                return NOBODY
            return NULL if is_null(value, actor) or all(is_null(option, actor) for option in options) else node
        case InClaim(value, claim):
            values = actor.values(claim)
            if values is None:
                return NULL
            if not values:
                return NOBODY
            return NULL if is_null(value, actor) else node
        case Exists(table, source, where):
            inner = settle(simplify(where, actor))
            return NOBODY if inner == NOBODY else Exists(table, source, inner)
        case Value(value):
            return TRUTHS[None if value is None else bool(value)]
        case _:
            return node


def settle(truth: Node, null: Node = NOBODY) -> Node:
    """The condition that is true for the same rows and is never null by itself.

    Where only truth allows, null is as good as false; below a NOT, where only what is false allows, as
    good as true.
    """
    match truth:
        case All(parts):
            return all_of(*[settle(part, null) for part in parts])
        case Any_(parts):
            return any_of(*[settle(part, null) for part in parts])
        case Not(part):
            return negate(settle(part, ANYONE if null == NOBODY else NOBODY))
        case _:
            return null if truth == NULL else truth


def is_about_the_actor_alone(node: Node) -> bool:
    """Whether a comparison looks at no row and at no clock, so that it can be decided before any is read."""
    if not isinstance(node, Compare | IsNull | In | InClaim):
        return False
    return all(isinstance(part, ActorValue | Value) for part in node.children())


def known(node: Node, actor: Actor) -> bool | None:
    """The truth of a comparison between the actor's values and constants."""
    match node:
        case Compare(name, left, right):
            return compared(name, *pair(left, right, actor))
        case IsNull(value):
            return own(value, actor) is None
        case In(value, options):
            return among([pair(value, option, actor) for option in options])
        case InClaim(value, claim):
            values = actor.values(claim)
            wanted = own(value, actor)
            return None if values is None else among([(wanted, like(wanted, given)) for given in values])
    raise TypeError(f"{type(node).__name__} is no comparison")


def own(value: Node, actor: Actor) -> Any:
    """The value of a constant, or of the actor's."""
    match value:
        case ActorValue(claim):
            return actor.value(claim)
        case Value(wire, "uuid") if wire is not None:
            return uuid.UUID(str(wire))
        case Value(wire):
            return wire
    return None


def pair(left: Node, right: Node, actor: Actor) -> tuple[Any, Any]:
    """Two values that are compared; what the actor brings takes the type of the other."""
    first, second = own(left, actor), own(right, actor)
    if isinstance(right, ActorValue):
        return first, like(first, second)
    return like(second, first), second


def like(value: Any, given: Any) -> Any:
    """What is given, such as a claim of a token, as a value of the type of `value`; null where it cannot be."""
    if value is None or given is None or isinstance(value, bool) or type(value) is type(given):
        return given
    if isinstance(value, str):
        return str(given)
    try:
        return type(value)(given) if isinstance(given, str) and isinstance(value, NUMBERED) else given
    except ValueError:
        return None


def compared(name: str, left: Any, right: Any) -> bool | None:
    """SQL's comparison of two values; null as well where they have no order."""
    try:
        return None if left is None or right is None else COMPARED[name](left, right)
    except TypeError:
        return None


def among(pairs: Sequence[tuple[Any, Any]]) -> bool | None:
    """SQL's IN, of the wanted value with each other."""
    found = {compared("eq", wanted, value) for wanted, value in pairs}
    return True if True in found else None if None in found else False


def is_null(value: Node, actor: Actor) -> bool:
    """Whether a value is null whatever the row."""
    return isinstance(value, ActorValue | Value) and own(value, actor) is None


def all_known(parts: list[Node]) -> Node:
    """AND of three-valued parts, as far as they are decided."""
    if NOBODY in parts:
        return NOBODY
    rest = [part for part in parts if part != ANYONE]
    if rest and all(part == NULL for part in rest):
        return NULL
    return all_of(*rest)


def any_known(parts: list[Node]) -> Node:
    """OR of three-valued parts, as far as they are decided."""
    if ANYONE in parts:
        return ANYONE
    rest = [part for part in parts if part != NOBODY]
    if rest and all(part == NULL for part in rest):
        return NULL
    return any_of(*rest)


def negate(part: Node) -> Node:
    """NOT of a three-valued part, as far as it is decided."""
    if isinstance(part, Always):
        return Always(not part.allowed)
    return NULL if part == NULL else Not(part)
