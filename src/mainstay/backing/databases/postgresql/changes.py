"""Changes of the schema on PostgreSQL: one transaction under an advisory lock, with time-outs, tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import uniform
from time import monotonic
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
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
        engine = self.engine()
        until = monotonic() + patience.retries
        try:
            while True:
                try:
                    return await attempt(engine, change, patience)
                except DBAPIError as error:
                    state = str(getattr(error.orig, "sqlstate", None))
                    if state == TOO_LONG:
                        seconds = f"{patience.statement:g} seconds"
                        raise Unavailable(f"a statement took longer than {seconds}: {error.statement}") from error
                    if state not in LOCK_NOT_HAD:
                        raise
                    if monotonic() > until:
                        what = f"a lock was not had within {patience.retries:g} seconds: {error.statement}"
                        raise Unavailable(what, retry_after=1) from error
                    await asyncio.sleep(uniform(0.1, 0.5))
        finally:
            await engine.dispose()

    async def look(self, question: Callable[[Connection], T]) -> T:
        """What `question` returns, who only reads."""
        engine = self.engine()
        try:
            async with engine.connect() as reading:
                return await reading.run_sync(question)
        finally:
            await engine.dispose()

    def engine(self) -> AsyncEngine:
        """SQLAlchemy on connections of ours."""
        return create_async_engine(
            "postgresql+asyncpg://",
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                "async_creator_fn": self.opened,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": unnamed,
            },
        )

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


async def attempt(engine: AsyncEngine, change: Callable[[Connection], T], patience: Patience) -> T:
    """One transaction; the lock of whoever changes the schema first, then with the time-outs of the change."""
    async with engine.begin() as begun:
        await begun.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds(patience.turn)}")
        await begun.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
        await begun.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds(patience.lock)}")
        await begun.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds(patience.statement)}")
        return await begun.run_sync(change)
