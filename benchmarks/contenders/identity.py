"""Who is calling Mainstay: the bearer of a token."""

from __future__ import annotations

from uuid import UUID

from benchmarks.tokens import Claims, Verifier, WrongToken
from mainstay.actor import Actor
from mainstay.errors import Unauthenticated
from mainstay.identity import Credentials


class Bearer:
    """Takes the benchmark's tokens."""

    scheme = "Bearer"

    def __init__(self) -> None:
        self.verifier = Verifier()
        self.actors: dict[str, tuple[Claims, Actor]] = {}

    async def identify(self, credentials: Credentials) -> Actor:
        """The actor that the token names."""
        try:
            claims = self.verifier.claims(credentials.value)
        except WrongToken as error:
            raise Unauthenticated from error
        known = self.actors.get(claims.sub)
        if known is not None and known[0] is claims:
            return known[1]
        actor = Actor(UUID(claims.sub), frozenset(claims.roles))
        self.actors[claims.sub] = (claims, actor)
        return actor
