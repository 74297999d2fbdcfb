"""What a projection is, and all that one may ask of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from mainstay.backing.databases.database import Health
from mainstay.engine import Answer, Call
from mainstay.identity import Identity
from mainstay.operation import Application

T_co = TypeVar("T_co", covariant=True)


class Projection(Protocol[T_co]):
    """Something made of the operations alone: a document, a table of routes, a schema."""

    def __call__(self, application: Application, /) -> T_co:
        """What this projection makes of the application."""


class Door(Protocol):
    """The engine, as far as a projection may know it."""

    application: Application
    identity: Identity

    async def execute(self, call: Call) -> Answer:
        """Runs one call; raises a `mainstay.errors.MainstayError` where it is refused, anything else where it broke."""

    async def health(self) -> Mapping[str, Health]:
        """Whether each part behind answers."""
