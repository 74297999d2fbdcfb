"""All that a projection may ask of the engine: anything else is made of the operations alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from mainstay.backing.databases.database import Health
from mainstay.engine import Answer, Call
from mainstay.identity import Identity
from mainstay.operation import Application


class Door(Protocol):
    """The engine, as far as a projection may know it."""

    application: Application
    identity: Identity

    async def execute(self, call: Call) -> Answer:
        """Runs one call; raises a `mainstay.errors.MainstayError` where it is refused, anything else where it broke."""

    async def health(self) -> Mapping[str, Health]:
        """Whether each part behind answers."""
