"""The writer's connection, lent: to a session in the writer's thread, or to a task of an event loop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

from mainstay.backing.databases.sqlite.errors import TooManyBits
from mainstay.errors import Unavailable

T = TypeVar("T")

GRACE = 0.5
"""Seconds beyond its limit after which a task that does not answer loses the connection."""

Job = tuple["asyncio.Future[Any]", Callable[[], Any]]


class Undone(Exception):
    """The task that had borrowed the connection wants nothing of it kept."""


class Lent:
    """The connection as SQLAlchemy knows it, in the thread and beside it; both are connected once and for all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.loan: Loan | None = None
        """The loan of the moment: the writer has one transaction at a time."""
        self.blocking = create_engine(
            "sqlite://",
            creator=lambda: Unended(connection),
            poolclass=StaticPool,
            pool_reset_on_return=None,
            hide_parameters=True,
        )
        self.awaiting = create_async_engine(
            "sqlite+aiosqlite://",
            async_creator=self.borrowed,
            poolclass=StaticPool,
            pool_reset_on_return=None,
            hide_parameters=True,
        )
        for engine in (self.blocking, self.awaiting.sync_engine):
            event.listen(engine, "handle_error", beyond)

    async def borrowed(self) -> Borrowed:
        """The connection for a task."""
        return Borrowed(self)


def beyond(context: ExceptionContext) -> None:
    """Makes an error of the driver's, as SQLAlchemy knows them, of a number with more bits than the 64 of SQLite's."""
    error = context.original_exception
    if isinstance(error, OverflowError):
        raise DataError(context.statement, None, TooManyBits(), hide_parameters=True) from error


class Unended:
    """A connection whose transaction is ended by its owner alone: SQLAlchemy's COMMIT and ROLLBACK do nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Nothing."""

    def rollback(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Loan:
    """One loan of the connection to a task: the thread does what the task asks until it has enough."""

    def __init__(self, limit: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.begun: asyncio.Future[sqlite3.Connection] = self.loop.create_future()
        """Done when the transaction has begun."""
        self.limit = limit
        self._jobs: SimpleQueue[Job | bool] = SimpleQueue()

    # For the task

    async def run(self, do: Callable[[], T]) -> T:
        """What `do` returns, run in the thread."""
        future: asyncio.Future[T] = self.loop.create_future()
        self._jobs.put((future, do))
        return await future

    def end(self, *, keep: bool) -> None:
        """Gives the connection back; nothing may be asked of it any more."""
        self._jobs.put(keep)

    # For the thread

    def serve(self, connection: sqlite3.Connection) -> None:
        """Does what is asked; raises `Undone` where nothing is to be kept, `Unavailable` when the time is over."""
        until = monotonic() + self.limit + GRACE
        self.loop.call_soon_threadsafe(settle, self.begun, connection, None)
        while True:
            try:
                job = self._jobs.get(timeout=max(0.0, until - monotonic()))
            except Empty:
                raise Unavailable(retry_after=1) from None
            if isinstance(job, bool):
                if job:
                    return
                raise Undone
            future, do = job
            try:
                value, error = do(), None
            except Exception as failure:
                value, error = None, failure
            self.loop.call_soon_threadsafe(settle, future, value, error)


def settle(future: asyncio.Future[Any], value: Any, error: Exception | None) -> None:
    """Gives a future its outcome, unless whoever waited is gone."""
    if future.done():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


class Borrowed:
    """The lent connection with the methods of aiosqlite's: each of them is run in the writer's thread."""

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._conn = self._connection = lent.connection
        self.isolation_level = None

    def cursor(self) -> BorrowedCursor:
        """A cursor."""
        return BorrowedCursor(self._loan(), self._conn.cursor())

    def _loan(self) -> Loan:
        assert self._lent.loan is not None, "the connection is not lent"
        return self._lent.loan

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        """Makes a function of Python's known to SQL."""
        await self._loan().run(lambda: self._conn.create_function(*arguments, **options))

    async def commit(self) -> None:
        """Nothing: the transaction is ended by the writer."""

    async def rollback(self) -> None:
        """Nothing: the transaction is ended by the writer."""

    async def close(self) -> None:
        """Nothing: the connection is the writer's."""

    def stop(self) -> None:
        """Nothing: the connection is the writer's."""


class BorrowedCursor:
    """A cursor of the lent connection."""

    def __init__(self, loan: Loan, cursor: sqlite3.Cursor) -> None:
        self._loan = loan
        self._cursor = cursor
        self._rows: list[Any] = []

    async def __aenter__(self) -> BorrowedCursor:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    async def execute(self, text: str, values: Any = ()) -> None:
        """Runs one statement and fetches its rows: one turn of the thread instead of two."""

        def do() -> None:
            self._cursor.execute(text, values)
            self._rows = self._cursor.fetchall() if self._cursor.description else []

        await self._loan.run(do)

    async def executemany(self, text: str, values: Any) -> None:
        """Runs one statement with several rows of values."""
        await self._loan.run(lambda: self._cursor.executemany(text, values))

    async def fetchall(self) -> list[Any]:
        """The rows, which are here already."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Lets the cursor go; SQLite has nothing to wait for."""
        self._cursor.close()
