"""Everything that can be observed: one closed list, which logs, metrics and tests listen to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec


class CallFinished(msgspec.Struct, frozen=True):
    """A call of an operation has its answer, whatever it is."""

    operation: str
    status: int
    code: str | None
    """The error's code, None where it was done."""
    actor: str | None
    request_id: str
    seconds: float
    statements: int
    within: tuple[str, ...] = ()
    """The operations that it called, in its transaction."""


class RequestFinished(msgspec.Struct, frozen=True):
    """An HTTP request has been answered."""

    method: str
    path: str
    status: int
    operation: str | None
    actor: str | None
    address: str
    request_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Broke:
    """Something unforeseen was raised while a request was answered."""

    request_id: str
    error: BaseException


@dataclass(frozen=True, slots=True)
class Migrated:
    """A migration was run at start."""

    number: str
    title: str
    changes: tuple[str, ...]
    """What it changed, a sign and a name each: `+ column recipes.subtitle TEXT`."""


@dataclass(frozen=True, slots=True)
class IndexMissing:
    """A database that somebody else owns has no index for what is asked of it; the statement that would make it."""

    sql: str


@dataclass(frozen=True, slots=True)
class Started:
    """The application serves."""

    name: str
    database: str
    operations: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """The application has let go of everything."""

    name: str


Event = CallFinished | RequestFinished | Broke | Migrated | IndexMissing | Started | Stopped
Listener = Callable[[Event], None]
