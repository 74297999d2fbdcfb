"""The actor's part of a policy: what is decided before any row is looked at.

`Decider` turns a policy and an actor into yes, no, or a condition over rows.  The condition holds no
truth about the actor any more, only values of theirs, so that all actors for whom the same truths
hold share one condition and the one statement compiled from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.actor import Actor
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


@dataclass(frozen=True, slots=True)
class Decision:
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
        self.needs_actor = any(isinstance(node, SignedIn | Role | Scope | ActorValue | InClaim) for node in policy.walk())
        nodes = list(policy.walk())
        self.roles = tuple(sorted({node.name for node in nodes if isinstance(node, Role)}))
        self.scopes = tuple(sorted({node.name for node in nodes if isinstance(node, Scope)}))
        claims = {node.claim for node in nodes if isinstance(node, ActorValue | InClaim)}
        self.claims = tuple(sorted(claims))
        self.lists = tuple(sorted({node.claim for node in nodes if isinstance(node, InClaim)}))
        self.decisions: dict[tuple[bool, ...], Decision] = {}
        self.constant = self.number(simplify(policy, Actor())) if not self.needs_actor else None

    def decide(self, actor: Actor) -> Decision:
        """Yes, no, or the condition for this actor."""
        if self.constant is not None:
            return self.constant
        truths = (
            actor.id is not None,
            *[role in actor.roles for role in self.roles],
            *[scope in actor.scopes for scope in self.scopes],
            *[actor.value(claim) is None for claim in self.claims],
            *[actor.value(claim) == [] for claim in self.lists],
        )
        decision = self.decisions.get(truths)
        if decision is None:
            decision = self.decisions[truths] = self.number(simplify(self.policy, actor))
        return decision

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
        case Compare(_, left, right):
            return NULL if is_null(left, actor) or is_null(right, actor) else node
        case In(value, options):
            if not options:
                return NOBODY
            return NULL if is_null(value, actor) or all(is_null(option, actor) for option in options) else node
        case InClaim(value, claim):
            if actor.value(claim) is None or is_null(value, actor):
                return NULL
            return node if actor.value(claim) else NOBODY
        case IsNull(ActorValue(claim)):
            return Always(actor.value(claim) is None)
        case Exists(table, source, where):
            inner = simplify(where, actor)
            return NOBODY if inner in (NOBODY, NULL) else Exists(table, source, inner)
        case Value(value):
            return NULL if value is None else Always(bool(value))
        case _:
            return node


def settle(truth: Node) -> Node:
    """The same condition with null as false where only truth allows, that is, wherever no NOT stands above."""
    match truth:
        case All(parts):
            return all_of(*[settle(part) for part in parts])
        case Any_(parts):
            return any_of(*[settle(part) for part in parts])
        case Exists(table, source, where):
            inner = settle(where)
            return NOBODY if inner == NOBODY else Exists(table, source, inner)
        case _:
            return NOBODY if truth == NULL else truth


def is_null(value: Node, actor: Actor) -> bool:
    """Whether a value is null whatever the row."""
    if isinstance(value, ActorValue):
        return actor.value(value.claim) is None
    return isinstance(value, Value) and value.value is None


def all_known(parts: list[Node]) -> Node:
    """AND of three-valued parts, as far as they are decided."""
    if NOBODY in parts:
        return NOBODY
    rest = [part for part in parts if part != ANYONE]
    if not rest:
        return ANYONE
    if all(part == NULL for part in rest):
        return NULL
    rest = list(dict.fromkeys(rest))
    return rest[0] if len(rest) == 1 else All(tuple(rest))


def any_known(parts: list[Node]) -> Node:
    """OR of three-valued parts, as far as they are decided."""
    if ANYONE in parts:
        return ANYONE
    rest = [part for part in parts if part != NOBODY]
    if not rest:
        return NOBODY
    if all(part == NULL for part in rest):
        return NULL
    rest = list(dict.fromkeys(rest))
    return rest[0] if len(rest) == 1 else Any_(tuple(rest))


def negate(part: Node) -> Node:
    """NOT of a three-valued part, as far as it is decided."""
    if isinstance(part, Always):
        return Always(not part.allowed)
    return NULL if part == NULL else Not(part)
