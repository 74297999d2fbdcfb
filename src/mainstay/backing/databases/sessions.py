"""SQLAlchemy sessions for endpoints that their user writes by hand, beside the compiled statements."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import uniform
from time import monotonic
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError as PoolEmpty
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import await_only

from mainstay.backing.databases.database import Database
from mainstay.errors import Unavailable

READS = "mainstay_reads"
"""The option of a connection whose transaction only reads."""


class Sessions:
    """Sessions on the database that the engine has opened, on connections of their own.

    `patience` is how many seconds a transaction waits for SQLite's one writer, or for a connection;
    `statement_timeout` is how many seconds PostgreSQL works on one statement.
    """

    def __init__(
        self, url: str, database: Database, *, size: int = 5, patience: float = 5.0, statement_timeout: float = 5.0
    ) -> None:
        self.url = url
        self.database = database
        self.size = size
        self.patience = patience
        self.statement_timeout = statement_timeout
        self.engine: AsyncEngine | None = None

    @asynccontextmanager
    async def begin(self, *, reads: bool = False) -> AsyncIterator[AsyncSession]:
        """One session in one transaction: committed at the end, undone by an exception.

        One that `reads` cannot write; another one holds SQLite's writer from its first statement on.
        Raises `Unavailable` where there is no connection, or no turn to write, in time.
        """
        if self.engine is None:
            self.engine = await self.connect()
        options = {READS: True, "postgresql_readonly": True} if reads else {}
        async with AsyncSession(self.engine.execution_options(**options), expire_on_commit=False) as session:
            try:
                yield session
                await self.commit(session)
            except (ConnectionError, PoolEmpty) as error:
                raise Unavailable(retry_after=1) from error
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise Unavailable(retry_after=1) from error
                raise

    async def commit(self, session: AsyncSession) -> None:
        """Commits; a connection whose COMMIT failed is not used again, as SQLite leaves the transaction open."""
        try:
            await session.commit()
        except BaseException:
            await session.invalidate()
            raise

    async def close(self) -> None:
        """Closes every connection."""
        if self.engine is not None:
            await self.engine.dispose()
            self.engine = None

    async def connect(self) -> AsyncEngine:
        """The engine of SQLAlchemy's, made when the first session is asked for."""
        if self.database.name != "sqlite":
            return create_async_engine(
                make_url(self.url).set(drivername="postgresql+asyncpg"),
                pool_size=self.size,
                max_overflow=self.size,
                pool_timeout=self.patience,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={"server_settings": {"statement_timeout": str(round(self.statement_timeout * 1000))}},
            )
        ((_, _, file), *_) = await self.database.read("PRAGMA database_list", ())
        engine = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(file)),
            pool_size=self.size,
            max_overflow=self.size,
            pool_timeout=self.patience,
            hide_parameters=True,
            connect_args={"timeout": 0, "isolation_level": None},
        )
        event.listen(engine.sync_engine, "connect", prepare)
        event.listen(engine.sync_engine, "begin", self.take_turn)
        return engine

    def take_turn(self, connection: Connection) -> None:
        """Begins a transaction on SQLite; polls for the writer's lock with jitter, as SQLite's own waiting starves."""
        reads = connection.get_execution_options().get(READS, False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
        if reads:
            connection.exec_driver_sql("BEGIN")
            return
        until = monotonic() + self.patience
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if monotonic() >= until:
                    raise Unavailable("Somebody else is writing; try again.", retry_after=1) from error
                await_only(asyncio.sleep(uniform(0.001, 0.02)))
            else:
                return


def prepare(connection: Any, record: object) -> None:
    """Sets up a new connection to SQLite as the engine's own are."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
