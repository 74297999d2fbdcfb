"""The port behind which each database lives: text and values in, rows out, errors of one family."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

Row = Sequence[Any]
"""One row, read by position."""

T = TypeVar("T")


class Command(msgspec.Struct, frozen=True):
    """One statement to run now: the driver's own text and its values, in order."""

    text: str
    values: tuple[Any, ...] = ()


Script = Generator[Command, Sequence[Row], T]
"""What a transaction does, without saying how: it yields commands and is sent their rows.

One script serves a driver that is awaited and a driver that blocks in a thread.  A database may
run a script again from its beginning (after a lost group commit, a deadlock), so that a script has
no effect but its commands.  A command without rows is sent an empty sequence.  The error of a
command is raised at its `yield`, where the script may give it another name (`except
UniqueViolation: raise Duplicate`) and may not go on: the transaction is undone whatever it does.
"""


class WrongURL(ValueError):
    """A URL that names no database; the message says what would, and nothing of a password."""


class IntegrityFailure(Exception):
    """A constraint of the database refused a write; `constraint` is its name where the driver tells it.

    `columns` are the names of the columns that the driver tells (SQLite tells columns of unique and
    not-null constraints, PostgreSQL tells the constraint), without their table.
    """

    def __init__(
        self, *, constraint: str | None = None, table: str | None = None, columns: tuple[str, ...] = ()
    ) -> None:
        super().__init__(constraint or ", ".join(columns))
        self.constraint = constraint
        self.table = table
        self.columns = columns


class UniqueViolation(IntegrityFailure):
    """A value that must be unique is taken."""


class ForeignKeyViolation(IntegrityFailure):
    """A row refers to one that is not there, or one that goes is still referred to."""


class CheckViolation(IntegrityFailure):
    """A CHECK constraint is false for the row."""


class NotNullViolation(IntegrityFailure):
    """A column that must have a value has none."""


class Health(msgspec.Struct, frozen=True):
    """Whether the database answers, and in how many milliseconds."""

    ok: bool
    latency_ms: float
    detail: str = ""


class Reads(Protocol):
    """As much of a database as reading needs: what is inside of a transaction has it too."""

    async def read(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows of one statement."""


class Runs(Reads, Protocol):
    """As much of a database as writing needs."""

    async def write(self, script: Callable[[], Script[T]], *, whole: bool = False) -> T:
        """Runs a script in one transaction; an exception undoes it.

        A script that is `whole` yields one command alone and refuses nothing after it, so that the command needs no
        transaction around it.
        """


class Database(Protocol):
    """A database that runs compiled text.

    Raises `IntegrityFailure` where a constraint refuses, `mainstay.errors.Unavailable` (with
    `retry_after`) where it cannot answer in time: pool empty, server gone, database locked, statement
    or lock time-out.  Anything else that it raises is a fault of Mainstay.
    """

    name: str
    """`sqlite` or `postgresql`."""

    dialect: Dialect
    """What SQLAlchemy compiles text for this driver with."""

    async def open(self) -> None:
        """Connects; raises `Unavailable` where there is nothing to connect to."""

    async def close(self) -> None:
        """Waits for what runs, then closes every connection."""

    async def read(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """Runs one statement that only reads, outside any transaction."""

    async def write(self, script: Callable[[], Script[T]], *, whole: bool = False) -> T:
        """Runs a script in one transaction that is durable when this returns; an exception undoes it.

        One that is `whole` may be run without a transaction; see `Runs`.
        """

    def number(self, table: str) -> str | None:
        """The name by which the database itself numbers the rows of a table, for as long as a statement runs.

        None where it does not, or is not open.
        """

    async def create_missing(self, metadata: MetaData) -> None:
        """Creates the tables and indexes of `metadata` that are not there; changes nothing that is.

        An index of words that is new is filled from the rows that are there.
        """

    async def rebuild_search(self, metadata: MetaData) -> None:
        """Makes every index of words anew from the rows."""

    async def health(self) -> Health:
        """One round trip, bounded by a second."""

    def listen(self, channel: str, callback: Callable[[], None]) -> None:
        """Has a callback called whenever a process on this database notifies a channel, this one among them.

        It may be called when nobody has, and late or not at all where the database is away: what rests on it needs a
        second leg.  Nothing is notified where only one process serves.
        """

    def notify(self, channel: str) -> None:
        """Notifies every process that listens on this database, soon, from whatever thread."""


FILL = "fill"
"""In the `info` of a session, what is done to its new and changed rows before they are written."""

MEANING = "meaning"
"""In the `info` of a session, what makes an error of SQLAlchemy's one of the port's."""


class Acting(Protocol):
    """Transactions for code that is not a script: in each stands a session of SQLAlchemy's, on the database's writer.

    Each has `limit` seconds; what takes longer is undone, and `Unavailable` raised.  They raise what a
    `Database` raises.
    """

    async def act(self, do: Callable[[Session], T], *, limit: float) -> T:
        """What `do` returns, when it is durable; an exception undoes it.

        `do` blocks: on SQLite it runs in the thread that writes.  It may be run again from its beginning, as a
        script may.
        """

    async def act_async(self, do: Callable[[AsyncSession], Awaitable[T]], *, limit: float) -> T:
        """The same for what is awaited, in the caller's own task."""

    def open(self, *, limit: float) -> AbstractAsyncContextManager[AsyncSession]:
        """The same as a block, which is never run again."""

    async def read(self, do: Callable[[AsyncSession], Awaitable[T]], *, limit: float) -> T:
        """What `do` returns, in a transaction that can only read."""
