"""SQLAlchemy sessions on the server that the adapter speaks to, connected to and timed as the adapter's pool is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, NullPool, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from mainstay.backing.databases.acting import AsyncActingSession
from mainstay.backing.databases.database import MEANING
from mainstay.backing.databases.postgresql.adapter import PostgreSQL
from mainstay.backing.databases.postgresql.errors import translated
from mainstay.backing.databases.postgresql.lending import DIALECT, Unended
from mainstay.backing.databases.sessions import Sessions
from mainstay.errors import Unavailable

BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What connecting, or asking whether a connection lives, may end in; a time-out is an OSError."""

LATER = ("08", "25P03", "25P04", "40001", "40P01", "53", "55P03", "57", "58")
"""SQLSTATEs, and classes of them, after which the same call may succeed later.  A write in a GET (25006) is none."""

GRACE = 2.0
"""Seconds after the server's own time-out in which the client still waits for it to speak."""

NEW = "mainstay_new"
"""The note on a connection that has just been opened and need not be tried."""


LENT: ContextVar[asyncpg.Connection] = ContextVar("LENT")
"""The connection that the engine has lent to the session of the moment."""

T = TypeVar("T")


class PostgreSQLSessions(Sessions):
    """Sessions through asyncpg, on connections of their own, or on one of the engine's."""

    def __init__(self, database: PostgreSQL, *, size: int = 5, patience: float = 5.0) -> None:
        super().__init__(size=size, patience=patience)
        self.database = database
        self.url = database.url
        self.settings = database.settings
        self.own = create_async_engine(
            f"{DIALECT}://",
            async_creator=lent,
            poolclass=NullPool,
            pool_reset_on_return=None,
            hide_parameters=True,
            connect_args={} if self.settings.prepared else dict(UNPREPARED),
        )

    async def connect(self) -> AsyncEngine:
        """An engine whose connections are opened here, as SQLAlchemy would hang on a server that says nothing."""
        engine = create_async_engine(
            "postgresql+asyncpg://",
            pool_size=self.size,
            max_overflow=self.size,
            pool_timeout=self.patience,
            pool_recycle=round(self.settings.recycle),
            hide_parameters=True,
            connect_args={"async_creator_fn": self.opened, **({} if self.settings.prepared else UNPREPARED)},
        )
        event.listen(engine.sync_engine, "connect", note_new)
        event.listen(engine.sync_engine, "checkout", self.try_out)
        event.listen(engine.sync_engine, "handle_error", tell)
        if not self.settings.prepared:
            event.listen(engine.sync_engine, "begin", self.limit)
        return engine

    async def act(self, do: Callable[[Session], T], *, limit: float) -> T:
        """What `do` returns; where it waits for the server, others go on."""
        return await self.act_async(lambda session: session.run_sync(do), limit=limit)

    async def act_async(self, do: Callable[[AsyncSession], Awaitable[T]], *, limit: float) -> T:
        """What `do` returns, in this task."""

        async def on(raw: asyncpg.Connection) -> T:
            async with self.standing(raw) as session:
                return await do(session)

        return await self.database.lend(on, limit=limit)

    @asynccontextmanager
    async def open(self, *, limit: float) -> AsyncIterator[AsyncSession]:
        """A session on a connection of the engine's pool."""
        async with self.database.lending(limit=limit) as raw, self.standing(raw) as session:
            yield session

    @asynccontextmanager
    async def standing(self, raw: asyncpg.Connection) -> AsyncIterator[AsyncSession]:
        """A session on a connection whose transaction has begun; raises asyncpg's errors, not SQLAlchemy's."""
        before = LENT.set(raw)
        try:
            async with AsyncActingSession(self.own, expire_on_commit=False, info={MEANING: meaning}) as session:
                yield session
                await session.run_sync(release)
        except DBAPIError as error:
            cause = cause_of(error)
            raise cause from cause.__cause__
        finally:
            LENT.reset(before)

    async def opened(self, **_: Any) -> asyncpg.Connection:
        """A new connection, which has answered once; `Unavailable` where there is none in time."""
        session = self.settings.session()
        session.pop("idle_in_transaction_session_timeout", None)  # an endpoint may ask somebody else in between
        try:
            raw = await asyncpg.connect(
                self.url,
                timeout=self.settings.connect_timeout,
                command_timeout=self.settings.statement_timeout + GRACE,
                statement_cache_size=0,
                server_settings=session,
            )
            try:
                await raw.execute("SELECT 1", timeout=self.settings.connect_timeout)
            except BaseException:
                raw.terminate()
                raise
        except BROKEN as error:
            raise Unavailable(retry_after=1) from error
        return raw

    def try_out(self, connection: Any, record: Any, _: object) -> None:
        """Asks a connection that was idle whether it lives; in one message, so that a pooler is not in the way."""
        if record.info.pop(NEW, False):
            return
        try:
            await_only(connection.driver_connection.execute("SELECT 1", timeout=self.settings.connect_timeout))
        except BROKEN as error:
            raise DisconnectionError from error

    def limit(self, connection: Connection) -> None:
        """Sets the time-outs for one transaction, where the session behind a pooler is not one's own."""
        for name, value in self.settings.timeouts().items():
            connection.exec_driver_sql(f"SET LOCAL {name} = {value}")

    def unavailable(self, error: DBAPIError) -> bool:
        """Whether the connection is gone, a time-out was reached, or the server has no room."""
        return error.connection_invalidated or str(getattr(error.orig, "sqlstate", None)).startswith(LATER)


def cause_of(error: DBAPIError) -> BaseException:
    """The driver's own error."""
    return getattr(error.orig, "__cause__", None) or error


def meaning(error: DBAPIError) -> BaseException:
    """What an error of SQLAlchemy's means."""
    return translated(cause_of(error))


async def lent() -> Unended:
    """The connection that the session of the moment stands on."""
    return Unended(LENT.get())


def release(session: Any) -> None:
    """Writes what waits and lets go of the connection."""
    session.release()


def unnamed() -> str:
    """The name of a prepared statement that has none."""
    return ""


UNPREPARED: dict[str, Any] = {"prepared_statement_cache_size": 0, "prepared_statement_name_func": unnamed}
"""What SQLAlchemy is told of a connection behind a pooler."""


def note_new(_: object, record: Any) -> None:
    """Notes that a connection has just been opened."""
    record.info[NEW] = True


def tell(context: ExceptionContext) -> None:
    """Raises `Unavailable` where the server did not answer a statement at all, and drops the connection."""
    error = context.original_exception
    if isinstance(error, (OSError, asyncpg.InternalClientError)):
        context.is_disconnect = True
        raise Unavailable(retry_after=1) from error
