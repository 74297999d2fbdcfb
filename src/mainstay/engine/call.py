"""A call and its answer, in no protocol's words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec

from mainstay.actor import NOBODY, Actor
from mainstay.engine.limiter import Meter
from mainstay.errors import Forbidden
from mainstay.identity import Credentials
from mainstay.operation import Operation

NOTHING: Final[Any] = type("Nothing", (), {"__repr__": lambda self: "NOTHING"})()
"""Stands where a body was not given, which null is not."""


KEEPS_NOTHING = "This is for browsers, from a page of this origin; sign in for tokens instead."


class Gone(Exception):
    """The caller left before the rest of the call was there: nobody is to be answered."""

    status = 499
    """What the log has for it; nobody is sent it."""


class Kept(msgspec.Struct, frozen=True):
    """A credential that the caller is to keep for so many seconds; without a value, to keep no longer."""

    value: str
    seconds: int


class Call(msgspec.Struct):
    """One call of one operation: what the caller gave, and what the steps find out."""

    operation: Operation
    key: Sequence[str] = ()
    """The values of the path's parameters, as text, in order."""
    parameters: Sequence[tuple[str, str]] = ()
    """Every other parameter as it was given: `("created_at[gte]", "2026-11-21T00:00:00Z")`."""
    body: Any = NOTHING
    """One decoded JSON value."""
    credentials: Credentials | None = None
    address: str = ""
    """Where the caller is, as text, for limits and the log."""
    request_id: str = ""
    if_match: str | None = None
    """Versions of which the row must have one, as If-Match lists them."""
    if_none_match: str | None = None
    read: Callable[[Call], Awaitable[None]] | None = None
    """Fetches what of the call is not here yet, once it is known who calls and that they may call so often.

    It raises what is wrong with the rest, or `Gone`.
    """

    actor: Actor = NOBODY
    """Found by the step `authenticate`."""
    meters: tuple[Meter, ...] = ()
    """The limits that it was counted under, found by the step `limit`; there on refusals too."""
    left: tuple[int, ...] = ()
    """Two numbers for each of them: how many calls it leaves, and in how many seconds there are all of them again."""
    statements: int = 0
    """How many statements have run for it."""
    within: tuple[str, ...] = ()
    """Names of the operations that it has called."""

    keeps: bool = False
    """Whether the caller keeps a credential that it is given, as a browser does in a cookie."""
    kept: Kept | None = None
    """Found by the step `transact`."""

    def keep(self, value: str, seconds: int) -> None:
        """Gives the caller a credential to keep, or without a value takes it away; Forbidden where it keeps none."""
        if self.keeps:
            self.kept = Kept(value, seconds)
        elif value:
            raise Forbidden(KEEPS_NOTHING)


class Meta(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a list says about itself beside its rows."""

    limit: int
    next: str | None
    previous: str | None
    total: int | None = None
    """How many there are, where that was asked for; at `1001`, at least so many, where the count was capped."""
    page: int | None = None
    offset: int | None = None
    """How many rows were passed over, in a list that is paged so."""


class Answer(msgspec.Struct):
    """What a call that was done gives back."""

    status: int
    data: Any = None
    """One thing, or a list of things, that msgspec encodes; None where there is nothing to say."""
    meta: Meta | None = None
    version: str | None = None
    """The row's version, as an entity tag without its quotes."""
    key: tuple[str, ...] | None = None
    """The key of a row that was made, as text, as it stands in a path."""
