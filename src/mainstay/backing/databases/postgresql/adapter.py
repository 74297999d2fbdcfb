"""PostgreSQL behind the port: prepared statements on pinned connections, no session and no reset between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from random import uniform
from time import monotonic
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import MetaData
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import Dialect

from mainstay.backing.databases.database import Command, Health, Row, Script
from mainstay.backing.databases.postgresql import search
from mainstay.backing.databases.postgresql.channels import Channels
from mainstay.backing.databases.postgresql.connection import Connection, connected
from mainstay.backing.databases.postgresql.errors import REPEATABLE, STALE, fail, lost, translated
from mainstay.backing.databases.postgresql.pool import Pool
from mainstay.backing.databases.postgresql.settings import Settings
from mainstay.backing.databases.schema import circular, creation
from mainstay.backing.databases.sessions import within
from mainstay.backing.refuse import refuse
from mainstay.errors import Unavailable

T = TypeVar("T")

ATTEMPTS = 3
"""How often a transaction runs that the server undoes for another's sake."""

SCHEMA_LOCK = 0x6D61696E73746179
"""The advisory lock of whoever changes the schema: "mainstay" in ASCII."""

SCHEMA_PATIENCE = 600.0
"""Seconds that creating tables and indexes may take, waiting for another worker that does so included."""


class PostgreSQL:
    """A server, reached through a pool of connections."""

    name = "postgresql"

    def __init__(self, url: str, settings: Settings) -> None:
        self.dialect: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
        self.url = url
        self.settings = settings
        self._pool = self._closed()
        self._idle = self._pool.idle
        self._channels = Channels(self._connection)
        self._loop: asyncio.AbstractEventLoop | None = None
        """That of whoever has opened it, until it is closed."""
        self._notifying: dict[str, asyncio.Task[None]] = {}
        """Channels that are being notified."""

    async def open(self) -> None:
        """Connects; raises `Unavailable` with the server's reason where it cannot."""
        pool = Pool(lambda: connected(self.url, self.settings), self.settings)
        try:
            pool.release(await pool.acquire())
        except Unavailable as error:
            there = urlsplit(self.url)
            where = f"{there.hostname or 'its usual place'}:{there.port or 5432}"
            what = f"PostgreSQL at {where} cannot be reached: {error.__cause__ or error}"
            raise Unavailable(what, retry_after=1) from error
        self._pool, self._idle = pool, pool.idle
        pool.watch()
        self._loop = asyncio.get_running_loop()
        if self.settings.prepared:  # a pooler in between lends no connection for as long as listening needs one
            self._channels.open()

    async def close(self) -> None:
        """Waits for what is being notified and then for what runs, `close_timeout` at most for each; closes all."""
        self._loop = None
        with suppress(TimeoutError):
            async with asyncio.timeout(self.settings.close_timeout):
                await asyncio.gather(*self._notifying.values())
        await self._channels.close()
        pool, self._pool = self._pool, self._closed()
        self._idle = self._pool.idle
        await pool.close()

    async def read(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows; once more where the statement was stale or the connection dead."""
        pool = self._pool
        connection = self._idle.pop() if self._idle else await pool.acquire()
        try:
            statements = connection.statements
            statement = statements.pop(text, None)
            if statement is None:
                rows: Sequence[Row] = await connection.fetch(text, tuple(values))
            else:
                statements[text] = statement
                connection.deadline = monotonic() + connection.patience
                rows = await statement.fetch(*values)
        except BaseException as error:
            gone = lost(error, connection.raw)
            self._give_back(pool, connection, error, gone=gone)
            if not isinstance(error, STALE) and not (gone and not connection.cut and isinstance(error, Exception)):
                fail(error, closed=gone)
        else:
            pool.release(connection)
            return rows
        return await self._read_again(text, values)

    async def write(self, script: Callable[[], Script[T]], *, whole: bool = False) -> T:
        """What the script returns, when it is committed.

        Where the connection is lost while it commits, nobody knows whether it did: `Unavailable` is
        raised, and only a caller with an idempotency key should write again.
        """
        return await self._committed(
            lambda connection: drive(connection, script), begins=not (whole and self.settings.prepared)
        )

    async def lend(self, do: Callable[[asyncpg.Connection], Awaitable[T]], *, limit: float) -> T:
        """What `do` returns, when it is committed: it has the connection for `limit` seconds, in a transaction.

        It may be run again, as a script may.
        """

        async def run(connection: Connection) -> T:
            connection.deadline = monotonic() + limit + connection.patience
            async with within(limit):
                return await do(connection.raw)

        return await self._committed(run)

    @asynccontextmanager
    async def lending(self, *, limit: float) -> AsyncIterator[asyncpg.Connection]:
        """The same as a block, which is never run again."""
        pool = self._pool
        connection = await pool.acquire()
        try:
            transaction = await self._begun(connection)
            connection.deadline = monotonic() + limit + connection.patience
            try:
                async with within(limit):
                    yield connection.raw
            except Exception as error:
                await undo(transaction, connection, error)
                raise
            await transaction.commit()
        except BaseException as error:
            gone = lost(error, connection.raw) or connection.raw.is_in_transaction()
            self._give_back(pool, connection, error, gone=gone)
            fail(error, closed=gone)
        pool.release(connection)

    async def _committed(self, run: Callable[[Connection], Awaitable[T]], *, begins: bool = True) -> T:
        """What `run` returns when its transaction is committed; run again where the server undid it for another.

        One statement alone is a transaction without one that begins, unless it needs time-outs of its own.
        """
        for attempt in range(1, ATTEMPTS + 1):
            pool = self._pool
            connection = await pool.acquire()
            if attempt > 1:
                connection.statements.clear()
            try:
                result = await (self._transaction(connection, run) if begins else run(connection))
            except BaseException as error:
                gone = lost(error, connection.raw) or connection.raw.is_in_transaction()
                self._give_back(pool, connection, error, gone=gone)
                if attempt == ATTEMPTS or not isinstance(error, STALE + REPEATABLE):
                    fail(error, closed=gone)
            else:
                pool.release(connection)
                return result
            await asyncio.sleep(uniform(0.005, 0.03) * attempt)
        raise AssertionError("the last attempt returns or raises")

    def number(self, table: str) -> str | None:
        """None: PostgreSQL finds rows by their keys."""
        return None

    async def create_missing(self, metadata: MetaData) -> None:
        """Creates the tables and indexes that are not there, in one transaction, one worker at a time."""
        await self._change_schema(lambda: create(metadata, self.dialect))

    async def rebuild_search(self, metadata: MetaData) -> None:
        """Makes every index of words anew, in one transaction, one worker at a time."""
        await self._change_schema(lambda: search.rebuilt(metadata, self.dialect))

    async def _change_schema(self, script: Callable[[], Script[None]]) -> None:
        """Runs a script that changes the schema, under the lock of whoever does."""
        pool = self._pool
        connection = await pool.acquire()
        try:
            connection.deadline = monotonic() + SCHEMA_PATIENCE
            await alter(connection.raw, script)
        except BaseException as error:
            gone = lost(error, connection.raw) or connection.raw.is_in_transaction()
            self._give_back(pool, connection, error, gone=gone)
            fail(error, closed=gone)
        pool.release(connection)

    async def health(self) -> Health:
        """Whether a connection can be had and the server answers on it, within a second."""
        start = monotonic()
        detail = ""
        try:
            async with asyncio.timeout(1):
                await self.read("SELECT 1", ())
        except TimeoutError:
            detail = "no answer within a second"
        except Unavailable as error:
            detail = str(error.__cause__ or error)
        return Health(ok=not detail, latency_ms=(monotonic() - start) * 1000, detail=detail)

    def listen(self, channel: str, callback: Callable[[], None]) -> None:
        """Has a callback called whenever a channel is notified, from when the database is opened next."""
        self._channels.callbacks.setdefault(channel, []).append(callback)

    def notify(self, channel: str) -> None:
        """Notifies a channel, soon; nothing while the database is not open."""
        loop = self._loop
        if loop is None:
            return
        try:
            here = asyncio.get_running_loop() is loop
        except RuntimeError:
            here = False
        if here:
            self._notify(channel)
        else:
            loop.call_soon_threadsafe(self._notify, channel)

    def _notify(self, channel: str) -> None:
        """Notifies a channel, unless that is just being done."""
        if channel not in self._notifying and self._loop is not None:
            self._notifying[channel] = task = self._loop.create_task(self._send(channel))
            task.add_done_callback(lambda _: self._notifying.pop(channel))

    async def _send(self, channel: str) -> None:
        with suppress(Exception):  # a server that knows no NOTIFY; what rests on it has a second leg
            await self.read("SELECT pg_notify($1, '')", (channel,))

    async def _connection(self) -> asyncpg.Connection:
        """A connection beside the pool's."""
        return (await connected(self.url, self.settings)).raw

    async def _read_again(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """The second and last attempt, which prepares the statement anew."""
        pool = self._pool
        connection = await pool.acquire()
        connection.statements.pop(text, None)
        try:
            rows = await connection.fetch(text, tuple(values))
        except BaseException as error:
            gone = lost(error, connection.raw)
            self._give_back(pool, connection, error, gone=gone)
            fail(error, closed=gone)
        pool.release(connection)
        return rows

    async def _transaction(self, connection: Connection, run: Callable[[Connection], Awaitable[T]]) -> T:
        """What `run` returns, its transaction committed; undone where it raises and the connection lives."""
        transaction = await self._begun(connection)
        try:
            result = await run(connection)
        except Exception as error:
            await undo(transaction, connection, error)
            raise
        connection.deadline = monotonic() + connection.patience
        await transaction.commit()
        return result

    async def _begun(self, connection: Connection) -> Any:
        """A transaction that has begun, with its time-outs where the session's are not one's own."""
        transaction = connection.raw.transaction()
        connection.deadline = monotonic() + connection.patience
        await transaction.start()
        if not self.settings.prepared:
            limits = self.settings.timeouts().items()
            await connection.raw.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in limits))
        return transaction

    def _give_back(self, pool: Pool, connection: Connection, error: BaseException, *, gone: bool) -> None:
        """Gives a connection back after an error; where it is dead, so are the idle ones to the same server."""
        if not gone:
            pool.release(connection)
        elif connection.raw.is_closed():
            pool.drop(connection)
            pool.drop_idle()
        elif isinstance(error, Exception):
            pool.drop(connection)
        else:
            pool.retire(connection)  # its caller left in the middle of a statement

    def _closed(self) -> Pool:
        """A pool that refuses, which stands in while the database is not open."""
        pool = Pool(lambda: connected(self.url, self.settings), self.settings)
        pool.refuse()
        return pool


async def drive(connection: Connection, script: Callable[[], Script[T]]) -> T:
    """What the script returns, its commands run as it yields them."""
    running = script()
    try:
        command = next(running)
        while True:
            try:
                rows = await connection.fetch(command.text, command.values)
            except Exception as error:
                tell(running, error, connection.raw)
            command = running.send(rows)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        running.close()


async def undo(transaction: Any, connection: Connection, error: Exception) -> None:
    """Rolls back after an error, where the connection can still be spoken to."""
    if not lost(error, connection.raw):
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await transaction.rollback()


def tell(script: Script[Any], error: Exception, raw: asyncpg.Connection) -> NoReturn:
    """Raises an error through the script, unless the script is about to run again or its connection is dead."""
    if isinstance(error, STALE + REPEATABLE) or lost(error, raw):
        raise error
    refuse(script, translated(error))


async def alter(raw: asyncpg.Connection, script: Callable[[], Script[None]]) -> None:
    """Runs a script without time-outs, when whoever changes the schema at the moment is done."""
    async with raw.transaction():
        await raw.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        await raw.execute(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
        running = script()
        with suppress(StopIteration):
            command = next(running)
            while True:
                command = running.send(await raw.fetch(command.text, *command.values))


def create(metadata: MetaData, dialect: Dialect) -> Script[None]:
    """What creates whatever is missing."""
    for text in creation(metadata, dialect):
        yield Command(text)
    for name, text in circular(metadata, dialect):
        if not (yield Command("SELECT 1 FROM pg_constraint WHERE conname = $1", (name,))):
            yield Command(text)
    yield from search.missing(metadata, dialect)
