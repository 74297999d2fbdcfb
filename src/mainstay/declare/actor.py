"""`actor`: whoever calls, as a value in an expression."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument
from sqlalchemy.types import NullType


class ActorElement(ColumnElement[Any]):
    """A value of the actor's in a SQLAlchemy expression; translated, never compiled."""

    inherit_cache = False
    type = NullType()

    def __init__(self, claim: str) -> None:
        self.claim = claim

    def has(self, column: ColumnExpressionArgument[Any]) -> ColumnElement[bool]:
        """True when the claim is a list and `column`'s value is in it."""
        return ClaimHas(self.claim, column)


class ClaimHas(ColumnElement[bool]):
    """A column's value is in the actor's list; translated, never compiled."""

    inherit_cache = False
    type = NullType()

    def __init__(self, claim: str, column: ColumnExpressionArgument[Any]) -> None:
        self.claim = claim
        self.column = column


class ActorValues:
    """The values of the actor that a policy or a default can mean."""

    @property
    def id(self) -> ColumnElement[Any]:
        """The actor's identifier; null where nobody is calling."""
        return ActorElement("id")

    def claim(self, name: str) -> ActorElement:
        """A claim of the actor's credentials; null where there is none."""
        return ActorElement(name)


actor = ActorValues()
