"""SQLite behind the port: reads in the thread of the event loop, writes in one thread that groups them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import MetaData
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect

from mainstay.backing.databases.database import Command, Health, Row, Script
from mainstay.backing.databases.schema import creation
from mainstay.backing.databases.sqlite import connection, errors, search
from mainstay.backing.databases.sqlite.location import Location, check, locate
from mainstay.backing.databases.sqlite.numbers import number
from mainstay.backing.databases.sqlite.reader import Readers
from mainstay.backing.databases.sqlite.settings import Settings
from mainstay.backing.databases.sqlite.writer import Writer
from mainstay.errors import Unavailable

T = TypeVar("T")

SCHEMA_PATIENCE = 600.0
"""Seconds that creating tables and indexes may take."""

STEPS = 10_000
"""Steps of SQLite's machine between two looks at the clock while the event loop waits, some hundred microseconds."""

SLOW_OR_LOCKED = {sqlite3.SQLITE_INTERRUPT} | connection.LOCKED
"""Primary codes of a read that a reader thread repeats."""

UNOPENED = "vtable constructor failed"
"""What SQLite says of an index of words that it was interrupted in opening, or found locked, without saying that."""


class SQLite:
    """A file of SQLite, read and written by this process and perhaps by a few others."""

    name = "sqlite"

    def __init__(self, url: str, settings: Settings) -> None:
        self.dialect: Dialect = pysqlite.dialect(paramstyle="qmark")
        self._url = url
        self.settings = settings
        self._since = 0.0
        self._execute: Callable[..., sqlite3.Cursor] = closed
        self._opened: Opened | None = None

    async def open(self) -> None:
        """Connects and makes the file; raises `Unavailable` where that cannot be."""
        location = locate(self._url)
        check(location.file)
        try:
            self._opened = await asyncio.to_thread(Opened, location, self.settings)
        except sqlite3.Error as error:
            location.close()
            raise Unavailable(f"the database {location.file} cannot be opened: {error}", retry_after=1) from error
        self._opened.reader.set_progress_handler(self._slow, STEPS)
        self._execute = self._opened.reader.cursor().execute

    async def close(self) -> None:
        """Waits for what runs, then closes every connection."""
        if self._opened is not None:
            opened, self._opened, self._execute = self._opened, None, closed
            await opened.close()

    async def read(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows; in this thread, and once more in another one where that took too long or found a lock."""
        self._since = 0.0
        try:
            return self._execute(text, values).fetchall()
        except sqlite3.Error as error:
            if connection.primary(error) not in SLOW_OR_LOCKED and UNOPENED not in str(error):
                errors.fail(error)
        return await self._running().readers.read(text, values)

    async def write(self, script: Callable[[], Script[T]], *, whole: bool = False) -> T:
        """What the script returns, when it is durable."""
        return await self._running().writer.write(script)

    @property
    def writer(self) -> Writer:
        """The one thread that writes; `Unavailable` where the database is not open."""
        return self._running().writer

    def number(self, table: str) -> str | None:
        """The name of the number of a table's rows; None where they have none, or the database is not open."""
        self._since = 0.0
        return None if self._opened is None else number(self._opened.reader, table)

    async def create_missing(self, metadata: MetaData) -> None:
        """Creates the tables and indexes that are not there, in one transaction."""

        def script() -> Script[None]:
            rows = yield Command("SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'index')")
            for text in creation(metadata, self.dialect, there=frozenset(name for (name,) in rows)):
                yield Command(text)
            yield from search.missing(metadata, self.dialect)

        await self._running().writer.write(script, limit=SCHEMA_PATIENCE)

    async def rebuild_search(self, metadata: MetaData) -> None:
        """Makes every index of words anew, in one transaction."""
        await self._running().writer.write(lambda: search.rebuilt(metadata, self.dialect), limit=SCHEMA_PATIENCE)

    def listen(self, channel: str, callback: Callable[[], None]) -> None:
        """Nothing comes: one process serves on SQLite."""

    def notify(self, channel: str) -> None:
        """Nobody listens."""

    async def health(self) -> Health:
        """Whether the file is still the one that was opened, can be read, and has its writer."""
        start = monotonic()
        try:
            opened = self._running()
            async with asyncio.timeout(1):
                await self.read("SELECT count(*) FROM sqlite_schema", ())
            detail = opened.wrong()
        except TimeoutError:
            detail = "no answer within a second"
        except Unavailable as error:
            detail = str(error.__cause__ or error)
        return Health(ok=not detail, latency_ms=(monotonic() - start) * 1000, detail=detail)

    def _running(self) -> Opened:
        if self._opened is None:
            raise Unavailable("the database is not open")
        return self._opened

    def _slow(self) -> bool:
        """Whether the read of this moment has used up what the event loop gives it."""
        if self._since == 0.0:
            self._since = monotonic()
        return monotonic() - self._since > self.settings.loop_budget


class Opened:
    """What an open database has; made in a thread, for it may wait for another process."""

    def __init__(self, location: Location, settings: Settings) -> None:
        self._location = location
        until = monotonic() + settings.busy_timeout
        writing = connection.writing(location.file, settings, until=until, durable=location.temporary is None)
        try:
            self.reader = connection.reading(location.file, settings, until=until)
        except sqlite3.Error:
            writing.close()
            raise
        self._inode = location.file.stat().st_ino
        self.readers = Readers(location.file, settings)
        self.writer = Writer(writing, settings)

    async def close(self) -> None:
        """The writer last: the last connection of all copies the log into the file."""
        self.reader.close()
        await asyncio.to_thread(self.readers.close)
        await self.writer.close()
        self._location.close()

    def wrong(self) -> str:
        """What is wrong with it, in words; empty where nothing is."""
        try:
            same = self._location.file.stat().st_ino == self._inode
        except OSError:
            same = False
        if not same:
            return "the file was removed or replaced while it was open; restart"
        return "" if self.writer.alive else "the writer has ended; restart"


def closed(text: str, values: Sequence[Any]) -> sqlite3.Cursor:
    """Stands for `execute` while there is no connection."""
    raise Unavailable("the database is not open")
