"""Everything that can be observed: one closed list, which logs, metrics and tests listen to."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class CallFinished(msgspec.Struct, frozen=True):
    """A call of an operation has its answer, whatever it is."""

    operation: str
    """The operation's name, `recipes.list`."""
    status: int
    """The status that HTTP has for how it ended."""
    code: str | None
    """The error's code, None where it was done."""
    actor: str | None
    """Who called, None for nobody."""
    request_id: str
    """The id of the request that it was a part of."""
    seconds: float
    """How long it took."""
    statements: int
    """How many statements the database ran for it."""
    within: tuple[str, ...] = ()
    """The operations that it called, in its transaction."""


class RequestFinished(msgspec.Struct, frozen=True):
    """An HTTP request has been answered."""

    method: str
    """The method, as it was sent."""
    path: str
    """The path, without the query, as it was sent."""
    status: int
    """The status of the answer."""
    operation: str | None
    """The operation that was called, None where the path has none."""
    actor: str | None
    """Who called, None for nobody."""
    address: str
    """The caller's address, as far as proxies are trusted."""
    request_id: str
    """The id that the answer has in `X-Request-ID`."""
    seconds: float
    """How long it took."""


class Broke(msgspec.Struct, frozen=True):
    """Something unforeseen was raised while a request was answered."""

    request_id: str
    """The id of the request."""
    error: BaseException
    """What was raised, with its traceback."""


class Migrated(msgspec.Struct, frozen=True):
    """A migration was run at start."""

    number: str
    """The number at the beginning of its file's name."""
    title: str
    """What it was called when it was made."""
    changes: tuple[str, ...]
    """What it changed, a sign and a name each: `+ column recipes.subtitle TEXT`."""


class IndexMissing(msgspec.Struct, frozen=True):
    """A database that somebody else owns has no index for what is asked of it."""

    sql: str
    """The statement that would make it."""


class Started(msgspec.Struct, frozen=True):
    """The application serves."""

    name: str
    """What the application is called."""
    database: str
    """The kind of its database."""
    operations: int
    """How many operations it has."""


class Stopped(msgspec.Struct, frozen=True):
    """The application has let go of everything."""

    name: str
    """What the application is called."""


Event = CallFinished | RequestFinished | Broke | Migrated | IndexMissing | Started | Stopped
Listener = Callable[[Event], None]
