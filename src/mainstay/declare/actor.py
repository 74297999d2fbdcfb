"""`actor`: whoever calls, as a value in an expression."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, ColumnExpressionArgument
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
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


class GivenElement(ColumnElement[Any]):
    """What the caller gives for a parameter, in a SQLAlchemy expression; translated, never compiled."""

    inherit_cache = False
    type = NullType()


class ClaimHas(ColumnElement[bool]):
    """A column's value is in the actor's list; translated, never compiled."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, claim: str, column: ColumnExpressionArgument[Any]) -> None:
        self.claim = claim
        self.column: Any = coercions.expect(roles.ExpressionElementRole, column)


@compiles(ActorElement)
@compiles(GivenElement)
@compiles(ClaimHas)
def in_words(element: ActorElement | GivenElement | ClaimHas, compiler: Any, **options: Any) -> str:
    """How it stands in a message; policies are translated before anything is run."""
    if isinstance(element, GivenElement):
        return "given"
    if isinstance(element, ClaimHas):
        return f"actor.claim({element.claim!r}).has({compiler.process(element.column, **options)})"
    return "actor.id" if element.claim == "id" else f"actor.claim({element.claim!r})"


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
given: ColumnElement[Any] = GivenElement()
"""What the caller gives for a parameter: `parameter("favorited", exists().where(.., User.username == given))`."""
