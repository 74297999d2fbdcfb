"""The port through which a schema is changed: a connection of SQLAlchemy's, alone among those that change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")


class Patience(msgspec.Struct, frozen=True):
    """How many seconds a change waits; SQLite has one lock, and no limit for a statement."""

    turn: float = 600.0
    """For another process that changes the schema."""
    lock: float = 1.0
    """For one lock, while everybody who wants the table queues behind; the change is tried again after that.

    It is half of the 2 seconds that calls wait for a lock, so that none of those behind is refused.
    """
    statement: float = 600.0
    """For one statement."""
    retries: float = 60.0
    """For all locks together."""


class BrokenReferences(Exception):
    """A change would leave rows that refer to none; the message names their tables."""


class SchemaChanges(Protocol):
    """Changes of the schema of a database that is open."""

    async def run(self, change: Callable[[Connection], T], patience: Patience = Patience()) -> T:
        """What `change` returns, in one transaction that is durable when this returns.

        Nobody else who changes the schema through this port does so meanwhile.  Nothing of the change is
        there where it raises, or where the process dies.  It may be run again from its beginning, when a
        lock was not had in time.  Foreign keys are looked at in its end, so that a table may be replaced.

        Raises `Unavailable` where the database does not answer, a lock is not had or a statement takes too
        long; `BrokenReferences` where a row would refer to none.
        """

    async def run_apart(
        self, change: Callable[[Connection], T], note: Callable[[Connection], None], patience: Patience = Patience()
    ) -> T:
        """What `change` returns, with nobody beside it as in `run`, but with no transaction around it.

        Each of its statements is durable by itself, which some of PostgreSQL's have to be; it is run again from its
        beginning when a lock was not had in time, and by whoever finds it half done.  `note` follows in a transaction.
        A database with one writer runs both in one transaction.
        """

    async def look(self, question: Callable[[Connection], T]) -> T:
        """What `question` returns, who only reads."""
