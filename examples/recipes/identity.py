"""Who is calling, for trying only: whoever says `demo-<handle>` is that person.

A real application replaces this class by one that checks a signature or looks up a session; nothing
else here changes.
"""

from __future__ import annotations

from examples.recipes.source import people, person_id
from mainstay import Actor, Credentials
from mainstay.errors import Unauthenticated

PREFIX = "demo-"
ROLES = {"admin": frozenset({"admin"}), "editor": frozenset({"editor"})}
"""By handle."""


class DemonstrationIdentity:
    """Takes `Authorization: Bearer demo-<handle>` for the imported people.  Not for anything real."""

    scheme = "Bearer"

    async def identify(self, credentials: Credentials) -> Actor:
        """The imported person with that handle."""
        handle = credentials.value.removeprefix(PREFIX)
        if credentials.scheme != "bearer" or handle == credentials.value:
            raise Unauthenticated("This demonstration knows tokens such as demo-reader, demo-editor and demo-admin.")
        return await self.find(handle)

    async def find(self, name: str) -> Actor:
        """The imported person with that handle."""
        if name not in people():
            raise Unauthenticated("This demonstration knows people such as reader, editor and admin.")
        return Actor(person_id(name), roles=ROLES.get(name, frozenset()))
