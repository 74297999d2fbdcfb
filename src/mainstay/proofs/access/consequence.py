"""What follows from policies by their form alone, whatever the rows and whoever calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from msgspec.structs import replace

from mainstay.policy.rows import Truth
from mainstay.policy.tree import All, Any_, Column, Compare, Exists, Node
from mainstay.proofs.access.equivalence import outer_leaves, value

TRUTHS: tuple[Truth, ...] = (True, False, None)
MOST = 200_000
"""Assignments of truths that are tried; beyond them nothing is said to follow."""


def follows(known: Node, wanted: Node, at_hand: Mapping[str, str]) -> bool:
    """Whether `wanted` is true wherever `known` is.

    `at_hand` has the tables of the rows that both are about, by source: an `Exists` over one of these tables is true
    where that row itself is one for which its condition is.
    """
    facts, goal = sided(known), sided(witnessed(wanted, at_hand))
    leaves = list(dict.fromkeys(leaf for policy in (facts, goal) for leaf in outer_leaves(policy)))
    if len(TRUTHS) ** len(leaves) > MOST:
        return False
    for truths in product(TRUTHS, repeat=len(leaves)):
        assignment = dict(zip(leaves, truths, strict=True))
        if value(facts, assignment) is True and value(goal, assignment) is not True:
            return False
    return True


def witnessed(policy: Node, at_hand: Mapping[str, str]) -> Node:
    """The policy, true for rows at hand by what they show themselves, too; under a NOT it stays as it is."""
    match policy:
        case All(parts):
            return All(tuple(witnessed(part, at_hand) for part in parts))
        case Any_(parts):
            return Any_(tuple(witnessed(part, at_hand) for part in parts))
        case Exists(table, source, where):
            rows = [row for row, of_table in at_hand.items() if of_table == table]
            shown = [found for row in rows if (found := renamed(where, source, row)) is not None]
            return Any_((policy, *[witnessed(found, at_hand) for found in shown]))
    return policy


def renamed(policy: Node, source: str, name: str) -> Node | None:
    """The policy with another name for one of its sources; None where something in it has that name already."""
    if source == name:
        return policy
    if any(isinstance(part, Exists) and part.source in (source, name) for part in policy.walk()):
        return None

    def called(node: Node) -> Node:
        return Column(name, node.name) if isinstance(node, Column) and node.source == source else node

    return rebuilt(policy, called)


def sided(policy: Node) -> Node:
    """The policy with the sides of every equality in one order, so that `a = b` and `b = a` are one leaf."""

    def turned(node: Node) -> Node:
        if isinstance(node, Compare) and node.operator in ("eq", "ne"):
            left, right = sorted((node.left, node.right), key=repr)
            return Compare(node.operator, left, right)
        return node

    return rebuilt(policy, turned)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with each node changed, those below it first."""
    parts: dict[str, Any] = {}
    for name in node.__struct_fields__:
        part = getattr(node, name)
        if isinstance(part, Node):
            parts[name] = rebuilt(part, change)
        elif isinstance(part, tuple):
            parts[name] = tuple(rebuilt(item, change) if isinstance(item, Node) else item for item in part)
    return change(replace(node, **parts))
