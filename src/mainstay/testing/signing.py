"""Being somebody without a password: the identity that tests put before an application's own."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import sqlalchemy as sa

from mainstay.actor import Actor
from mainstay.errors import Unauthenticated
from mainstay.identity import Credentials, Directory, Identity

Find = Callable[[], Awaitable[Actor]]


class TestIdentity:
    """Knows the credentials that it has handed out itself, and asks the application's own identity of any other."""

    __test__ = False

    def __init__(self, own: Identity) -> None:
        self.own = own
        self.scheme = own.scheme
        self.mark = f"test-{secrets.token_hex(8)}-"
        """What its credentials begin with: nobody can guess them, as the application may be served on loopback."""
        self.known: list[Find] = []

    async def identify(self, credentials: Credentials) -> Actor:
        """The actor with these credentials, who is looked up anew for each call as any other is."""
        if not credentials.value.startswith(self.mark):
            return await self.own.identify(credentials)
        return await self.known[int(credentials.value.removeprefix(self.mark))]()

    async def find(self, name: str) -> Actor:
        """Whom the application's own directory knows by that name."""
        if not isinstance(self.own, Directory):
            raise Unauthenticated("This application's identity knows nobody by name.")
        return await self.own.find(name)

    def credentials(self, find: Find) -> str:
        """What an actor shows."""
        self.known.append(find)
        return f"{self.mark}{len(self.known) - 1}"

    def finder(
        self, who: Any, account: type[Any] | None, roles: Iterable[str], scopes: Iterable[str], claims: dict[str, Any]
    ) -> Find:
        """What finds the actor that a test names.

        An account is found by its address and a text by whatever the identity knows people by, so that who was
        disabled or has other roles meanwhile is treated as such; another row is an actor with its key.
        """
        more = Actor(None, frozenset(roles), frozenset(scopes), claims)
        if isinstance(who, Actor):
            return lambda: answered(who, more)
        if account is not None and isinstance(who, account):
            who = who.email
        if isinstance(who, str):
            name = who
            if not isinstance(self.own, Directory):
                what = f"{type(self.own).__name__} knows nobody by name: give as_ an Actor, or a row"
                raise TypeError(f"{what}; or write `async def find(self, name) -> Actor` in it")

            async def find() -> Actor:
                return with_more(await self.find(name), more)

            return find
        state = sa.inspect(who, raiseerr=False)
        if not isinstance(state, sa.orm.InstanceState) or len(state.mapper.primary_key) != 1:
            raise TypeError(f"as_ takes a row with one key, an Actor, a name or None, and was given {who!r}")
        (key,) = state.mapper.primary_key_from_instance(who)
        return lambda: answered(Actor(key), more)


async def answered(actor: Actor, more: Actor) -> Actor:
    """An actor that is known already."""
    return with_more(actor, more)


def with_more(actor: Actor, more: Actor) -> Actor:
    """An actor with more roles, scopes and claims."""
    return Actor(actor.id, actor.roles | more.roles, actor.scopes | more.scopes, {**actor.claims, **more.claims})
