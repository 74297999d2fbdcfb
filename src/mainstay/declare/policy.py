"""Policies as they are written: `where(Recipe.published) | owner(Recipe.author_id) | role("editor")`."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, ColumnExpressionArgument

from mainstay.declare.actor import actor
from mainstay.policy import tree


class Policy(msgspec.Struct, frozen=True, eq=False):
    """Who may: combined with `|`, `&` and `~`."""

    def __bool__(self) -> bool:
        """Refused: `or` and `and` would silently drop one of two policies."""
        raise TypeError("combine policies with |, & and ~ instead of or, and, not")

    def __or__(self, other: Policy) -> Policy:
        return Either(self, other)

    def __and__(self, other: Policy) -> Policy:
        return Both(self, other)

    def __invert__(self) -> Policy:
        return Except(self)


class Either(Policy, frozen=True, eq=False):
    """One of two policies allows."""

    left: Policy
    right: Policy


class Both(Policy, frozen=True, eq=False):
    """Two policies allow."""

    left: Policy
    right: Policy


class Except(Policy, frozen=True, eq=False):
    """A policy is false; where it is null, this denies as well."""

    part: Policy


class Fixed(Policy, frozen=True, eq=False):
    """A truth about the actor alone."""

    node: tree.Node


class Where(Policy, frozen=True, eq=False):
    """A truth about the row and the actor."""

    expression: ColumnExpressionArgument[bool]


class OpaqueWhere(Policy, frozen=True, eq=False):
    """A truth that only the database can evaluate."""

    expression: ColumnElement[bool]
    reason: str


anyone: Policy = Fixed(tree.ANYONE)
"""Everybody, signed in or not."""

no_one: Policy = Fixed(tree.NOBODY)
"""Nobody at all."""

signed_in: Policy = Fixed(tree.SignedIn())
"""Whoever is known."""


def role(*names: str) -> Policy:
    """Whoever has one of these roles."""
    return Fixed(tree.any_of(*[tree.Role(name) for name in names]))


def scope(name: str) -> Policy:
    """Whoever's credentials carry the scope."""
    return Fixed(tree.Scope(name))


def where(expression: ColumnExpressionArgument[bool]) -> Policy:
    """Rows for which a SQLAlchemy expression over their columns and the actor is true."""
    return Where(expression)


def owner(column: ColumnExpressionArgument[Any]) -> Policy:
    """The actor whose identifier stands in the row's `column`."""
    return Where(column == actor.id)  # type: ignore[arg-type]


def opaque(expression: ColumnElement[bool], reason: str) -> Policy:
    """An expression outside the closed set of nodes; it runs as SQL and the proof says that it cannot follow it."""
    return OpaqueWhere(expression, reason)
