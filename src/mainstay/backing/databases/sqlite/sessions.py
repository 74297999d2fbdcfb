"""SQLAlchemy sessions on the file that the adapter has opened."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from random import uniform
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from mainstay.backing.databases.acting import ActingSession, AsyncActingSession
from mainstay.backing.databases.database import MEANING
from mainstay.backing.databases.sessions import READS, Sessions, within
from mainstay.backing.databases.sqlite.adapter import SQLite
from mainstay.backing.databases.sqlite.connection import LOCKED, primary
from mainstay.backing.databases.sqlite.errors import fail, translated
from mainstay.backing.databases.sqlite.lending import Lent, Loan
from mainstay.backing.databases.sqlite.search import know_words
from mainstay.errors import Unavailable

T = TypeVar("T")


class SQLiteSessions(Sessions):
    """Sessions through aiosqlite, each taking its turn to write beside the engine's own writer; or on that writer."""

    def __init__(self, database: SQLite, *, size: int = 5, patience: float = 5.0) -> None:
        super().__init__(size=size, patience=patience)
        self.database = database
        self.lent: Lent | None = None

    async def connect(self) -> AsyncEngine:
        """An engine on the file, wherever the adapter found it."""
        ((_, _, file), *_) = await self.database.read("PRAGMA database_list", ())
        engine = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(file)),
            pool_size=self.size,
            max_overflow=self.size,
            pool_timeout=self.patience,
            hide_parameters=True,
            connect_args={"timeout": 0, "isolation_level": None},
        )
        event.listen(engine.sync_engine, "connect", self.prepare)
        event.listen(engine.sync_engine, "begin", self.take_turn)
        return engine

    def unavailable(self, error: DBAPIError) -> bool:
        """Whether the connection is gone."""
        return error.connection_invalidated

    def prepare(self, connection: Any, record: object) -> None:
        """Sets up a new connection as the engine's own are."""
        try:
            know_words(connection)
            cursor = connection.cursor()
            for text in ("PRAGMA foreign_keys = ON", "PRAGMA synchronous = FULL"):
                self.patiently(partial(cursor.execute, text))
            cursor.close()
        except BaseException:
            connection.close()
            raise

    def take_turn(self, connection: Connection) -> None:
        """Begins a transaction; one that only reads sees the moment of its beginning."""
        reads = connection.get_execution_options().get(READS, False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
        if reads:
            connection.exec_driver_sql("BEGIN")
        first = "SELECT count(*) FROM sqlite_schema" if reads else "BEGIN IMMEDIATE"
        self.patiently(lambda: connection.exec_driver_sql(first))

    def patiently(self, attempt: Callable[[], object]) -> None:
        """Repeats what finds the database locked, with jitter, as SQLite's own waiting starves."""
        until = monotonic() + self.patience
        while True:
            try:
                attempt()
            except (OperationalError, sqlite3.OperationalError) as error:
                driver = error.orig if isinstance(error, OperationalError) else error
                if not isinstance(driver, sqlite3.Error) or primary(driver) not in LOCKED:
                    raise
                if monotonic() >= until:
                    raise Unavailable("Somebody else is writing; try again.", retry_after=1) from error
                await_only(asyncio.sleep(uniform(0.001, 0.02)))
            else:
                return

    # On the writer

    def lending(self) -> Lent:
        """The writer's connection as SQLAlchemy knows it, which is another one when the database was opened anew."""
        connection = self.database.writer.connection
        if self.lent is None or self.lent.connection is not connection:
            self.lent = Lent(connection)
        return self.lent

    async def act(self, do: Callable[[Session], T], *, limit: float) -> T:
        """What `do` returns; it runs in the writer's thread, in a group with whatever is written at the moment."""
        lent = self.lending()

        def work(connection: sqlite3.Connection) -> T:
            try:
                with ActingSession(lent.blocking, expire_on_commit=False, info={MEANING: meaning}) as session:
                    result = do(session)
                    session.release()
                    return result
            except DBAPIError as error:
                fail(error.orig or error)

        return await self.database.writer.work(work, limit=limit)

    async def act_async(self, do: Callable[[AsyncSession], Awaitable[T]], *, limit: float) -> T:
        """What `do` returns, in this task; the writer's thread does nothing else meanwhile."""
        async with self.open(limit=limit) as session:
            return await do(session)

    @asynccontextmanager
    async def open(self, *, limit: float) -> AsyncIterator[AsyncSession]:
        """A session on the writer's connection, which is borrowed as long as the block lasts."""
        lent, loan = self.lending(), Loan(limit)
        done = self.database.writer.lend(loan)
        keep = False
        try:
            await asyncio.wait((loan.begun, done), return_when=asyncio.FIRST_COMPLETED)
            if not loan.begun.done():
                await done
            lent.loan = loan
            session = AsyncActingSession(lent.awaiting, expire_on_commit=False, info={MEANING: meaning})
            async with within(limit), session:
                yield session
                await session.run_sync(release)
            keep = True
        except DBAPIError as error:
            fail(error.orig or error)
        finally:
            loan.end(keep=keep)
            if not keep:
                done.add_done_callback(forgotten)
                done.cancel()
        await done


def meaning(error: DBAPIError) -> BaseException:
    """What an error of SQLAlchemy's means."""
    return translated(error.orig or error)


def forgotten(done: asyncio.Future[None]) -> None:
    """Looks at how a loan ended of which nothing was kept, so that nobody complains that nobody did."""
    if not done.cancelled():
        done.exception()


def release(session: Any) -> None:
    """Writes what waits and lets go of the connection."""
    session.release()
