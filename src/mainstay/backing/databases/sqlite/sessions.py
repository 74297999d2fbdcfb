"""SQLAlchemy sessions on the file that the adapter has opened."""

from __future__ import annotations

import asyncio
import sqlite3
from random import uniform
from time import monotonic
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from mainstay.backing.databases.sessions import READS, Sessions
from mainstay.backing.databases.sqlite.adapter import SQLite
from mainstay.errors import Unavailable


class SQLiteSessions(Sessions):
    """Sessions through aiosqlite; each takes its turn to write beside the engine's own writer."""

    def __init__(self, database: SQLite, *, size: int = 5, patience: float = 5.0) -> None:
        super().__init__(size=size, patience=patience)
        self.database = database

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
        event.listen(engine.sync_engine, "connect", prepare)
        event.listen(engine.sync_engine, "begin", self.take_turn)
        return engine

    def unavailable(self, error: DBAPIError) -> bool:
        """Whether the connection is gone."""
        return error.connection_invalidated

    def take_turn(self, connection: Connection) -> None:
        """Begins a transaction; polls for the writer's lock with jitter, as SQLite's own waiting starves."""
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
    """Sets up a new connection as the engine's own are."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
