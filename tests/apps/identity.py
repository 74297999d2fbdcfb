"""Who is calling, for tests: a token for each actor."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.errors import Unauthenticated
from mainstay.identity import Actor, Credentials


class TokenIdentity:
    """Knows the actors that it is given, each by its token."""

    scheme = "Bearer"

    def __init__(self, actors: Mapping[str, Actor]) -> None:
        self.actors = actors

    async def identify(self, credentials: Credentials) -> Actor:
        """The actor whose token this is."""
        if credentials.scheme != "bearer" or credentials.value not in self.actors:
            raise Unauthenticated("This token is not known here.")
        return self.actors[credentials.value]
