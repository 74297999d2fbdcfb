"""Changes of the schema on PostgreSQL: one transaction under an advisory lock, with time-outs, tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import uniform
from time import monotonic
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from mainstay.backing.changes import Patience
from mainstay.backing.databases.postgresql.adapter import SCHEMA_LOCK, PostgreSQL
from mainstay.backing.databases.postgresql.sessions import BROKEN, unnamed
from mainstay.backing.databases.postgresql.settings import milliseconds
from mainstay.errors import Unavailable

T = TypeVar("T")

LOCK_NOT_HAD = ("55P03", "40P01")
"""SQLSTATEs of a lock that was not had in time, or that two wanted crosswise: the change is tried again."""

TOO_LONG = "57014"
"""The SQLSTATE of a statement that was cut."""


class PostgreSQLChanges:
    """Changes on the server that the adapter speaks to, each on a connection of its own."""

    def __init__(self, database: PostgreSQL) -> None:
        self.url = database.url
        self.settings = database.settings

    async def run(self, change: Callable[[Connection], T], patience: Patience = Patience()) -> T:
        """What `change` returns; see the port."""
        async with self.connected() as connection:
            return await again(lambda: attempt(connection, change, patience), patience)

    async def run_apart(
        self, change: Callable[[Connection], T], note: Callable[[Connection], None], patience: Patience = Patience()
    ) -> T:
        """What `change` returns; see the port."""
        async with self.connected() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await turn(connection, "pg_try_advisory_lock", patience)
            for limit, seconds in (("lock", patience.lock), ("statement", patience.statement)):
                await connection.exec_driver_sql(f"SET {limit}_timeout = {milliseconds(seconds)}")
            result = await again(lambda: connection.run_sync(change), patience)
            await connection.commit()
            await connection.execution_options(isolation_level="READ COMMITTED")
            await again(lambda: attempt(connection, note, patience), patience)
            return result

    async def look(self, question: Callable[[Connection], T]) -> T:
        """What `question` returns, who only reads."""
        async with self.connected() as reading:
            return await reading.run_sync(question)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AsyncConnection]:
        """SQLAlchemy on a connection of ours."""
        engine = create_async_engine(
            "postgresql+asyncpg://",
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                "async_creator_fn": self.opened,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": unnamed,
            },
        )
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def opened(self, **_: object) -> asyncpg.Connection:
        """A new connection, whose limits are those of the change and not of a call."""
        try:
            return await asyncpg.connect(
                self.url,
                timeout=self.settings.connect_timeout,
                statement_cache_size=0,
                server_settings={"application_name": "mainstay migrate", "TimeZone": "UTC"},
            )
        except BROKEN as error:
            raise Unavailable(f"PostgreSQL cannot be reached: {error}", retry_after=1) from error


async def again(work: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """What the work returns, begun again while a lock is not had."""
    until: float | None = None
    while True:
        try:
            return await work()
        except DBAPIError as error:
            state = str(getattr(error.orig, "sqlstate", None))
            if state == TOO_LONG:
                seconds = f"{patience.statement:g} seconds"
                raise Unavailable(f"a statement took longer than {seconds}: {error.statement}") from error
            if state not in LOCK_NOT_HAD:
                raise
            until = until or monotonic() + patience.retries
            if monotonic() > until:
                what = f"a lock was not had within {patience.retries:g} seconds: {error.statement}"
                raise Unavailable(what, retry_after=1) from error
            await asyncio.sleep(uniform(0.1, 0.5))


async def attempt(connection: AsyncConnection, change: Callable[[Connection], T], patience: Patience) -> T:
    """One transaction; the lock of whoever changes the schema first, then with the time-outs of the change."""
    async with connection.begin():
        await turn(connection, "pg_try_advisory_xact_lock", patience)
        await connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds(patience.lock)}")
        await connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds(patience.statement)}")
        return await connection.run_sync(change)


async def turn(connection: AsyncConnection, function: str, patience: Patience) -> None:
    """Takes the lock of whoever changes the schema.

    It is asked for again and again: a statement that waits for it would be one that CREATE INDEX CONCURRENTLY, which
    may be what the other one does, waits for in its turn.
    """
    until = monotonic() + patience.turn
    while not (await connection.exec_driver_sql(f"SELECT {function}({SCHEMA_LOCK})")).scalar_one():
        if monotonic() > until:
            raise Unavailable("somebody else is changing the schema of the database", retry_after=1)
        await asyncio.sleep(uniform(0.05, 0.2))
