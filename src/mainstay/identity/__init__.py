"""Who is calling: the port through which credentials become an actor."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import msgspec

from mainstay.actor import NOBODY, Actor
from mainstay.errors import Unauthenticated


class Credentials(msgspec.Struct, frozen=True):
    """What a caller shows: the scheme's name in lower case (`bearer`) and the rest as it was sent."""

    scheme: str
    """The word before the first space, in lower case."""
    value: str
    """Everything behind it."""


class Identity(Protocol):
    """Turns credentials into an actor."""

    scheme: str
    """The scheme it takes, as WWW-Authenticate names it (`Bearer`)."""

    async def identify(self, credentials: Credentials) -> Actor:
        """The actor with these credentials; raises `mainstay.errors.Unauthenticated` where they are no good."""


@runtime_checkable
class TakesCookies(Protocol):
    """What an `Identity` may take besides: credentials of the scheme `cookie`, which a browser keeps and sends.

    It is shown them by calls that bring no others, and by none that a page of another site has made.  What is no
    longer good is nobody's: the cookie of an ended session must not keep anybody from what everybody may see.
    """

    cookie: str
    """The name of the cookie; over TLS `__Host-` stands before it."""


@runtime_checkable
class Directory(Protocol):
    """What an `Identity` may know besides: people by name, for whoever is trusted with the process already."""

    async def find(self, name: str) -> Actor:
        """Whom `name` means; raises `mainstay.errors.Unauthenticated` where nobody is called that."""


class NoIdentity:
    """Knows nobody: every credential is refused."""

    scheme = "Bearer"

    async def identify(self, credentials: Credentials) -> Actor:
        """Raises: nobody can sign in here."""
        raise Unauthenticated("This application takes no credentials.")


__all__ = ["NOBODY", "Actor", "Credentials", "Directory", "Identity", "NoIdentity", "TakesCookies"]
