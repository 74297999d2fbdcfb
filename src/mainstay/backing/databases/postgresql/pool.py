"""Connections that are kept: the last given back is the first taken, and taking one that is idle costs nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from time import monotonic

import asyncpg

from mainstay.backing.databases.postgresql.connection import Connection
from mainstay.backing.databases.postgresql.settings import Settings
from mainstay.errors import Unavailable

FAREWELL = 2.0
"""Seconds that closing one connection may take."""


class Pool:
    """At most `size + overflow` connections, and a queue of those who wait for one.

    `idle` may be popped by whoever finds it not empty and can bear that the server has ended what it
    pops; whoever took a connection calls exactly one of `release`, `retire` and `drop`.  Nothing is
    sent when a connection changes hands: nobody leaves a setting on a session.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], settings: Settings) -> None:
        self.idle: list[Connection] = []
        self._connect = connect
        self._settings = settings
        self._all: set[Connection] = set()
        self._places = settings.size + settings.overflow
        """Connections that may still be opened."""
        self._waiters: deque[asyncio.Future[Connection | None]] = deque()
        self._closings: set[asyncio.Task[None]] = set()
        self._closed = False
        self._watch: asyncio.TimerHandle | None = None
        self._gone = asyncio.Event()

    async def acquire(self) -> Connection:
        """A connection: an idle one, a new one, or the next given back within `wait`."""
        if self._closed:
            raise Unavailable("the database is not open")
        while self.idle:
            connection = self.idle.pop()
            if not connection.raw.is_closed():
                return connection
            self.drop(connection)
        if self._places > 0:
            self._places -= 1
            return await self._opened()
        return await self._waited() or await self._opened()

    def release(self, connection: Connection) -> None:
        """Gives back a connection that is outside any transaction and works."""
        connection.deadline = inf
        now = monotonic()
        if self._closed or connection.expires < now:
            self.retire(connection)
        elif waiter := self._first():
            waiter.set_result(connection)
        else:
            connection.since = now
            self.idle.append(connection)

    def drop(self, connection: Connection) -> None:
        """Gives back a connection that is dead, or in a state that nobody knows."""
        self._forget(connection)
        connection.raw.terminate()

    def retire(self, connection: Connection) -> None:
        """Gives back a connection to be closed politely: the server is told, and told to cancel what it still does."""
        connection.deadline = inf
        task = asyncio.get_running_loop().create_task(self._farewell(connection))
        self._closings.add(task)
        task.add_done_callback(self._closings.discard)

    def drop_idle(self) -> None:
        """Drops every idle connection, for the server that they lead to is gone."""
        while self.idle:
            self.drop(self.idle.pop())

    def watch(self) -> None:
        """Cuts, from now on, the connections on which the server owes an answer for too long."""
        now = monotonic()
        for connection in self._all:
            if connection.deadline < now:
                connection.cut = True
                connection.raw.terminate()
        self._shrink(now)
        self._watch = asyncio.get_running_loop().call_later(min(1.0, self._settings.patience() / 4), self.watch)

    def refuse(self) -> None:
        """From now on nobody gets a connection, and those who wait do not either."""
        self._closed = True
        while waiter := self._first():
            waiter.set_exception(Unavailable("the database is not open"))

    async def close(self) -> None:
        """Refuses those who wait, waits for those who work, and cuts them when `close_timeout` is over."""
        self.refuse()
        while self.idle:
            self.retire(self.idle.pop())
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.close_timeout):
                while self._all:
                    await self._gone.wait()
                    self._gone.clear()
        for connection in list(self._all):
            self.drop(connection)
        await asyncio.gather(*self._closings)
        if self._watch is not None:
            self._watch.cancel()

    async def _opened(self) -> Connection:
        """A new connection for a place already taken."""
        try:
            connection = await self._connect()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            self._vacate()
            raise Unavailable(retry_after=1) from error
        except BaseException:
            self._vacate()
            raise
        self._all.add(connection)
        return connection

    async def _waited(self) -> Connection | None:
        """A connection that was given back, or None with the place of one that is gone."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Connection | None] = loop.create_future()
        self._waiters.append(waiter)
        timer = loop.call_later(self._settings.wait, self._expire, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            elif not waiter.cancelled() and waiter.exception() is None:
                given = waiter.result()
                self._vacate() if given is None else self.release(given)
            raise
        finally:
            timer.cancel()

    def _first(self) -> asyncio.Future[Connection | None] | None:
        """The one who waits longest and has not left."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                return waiter
        return None

    def _expire(self, waiter: asyncio.Future[Connection | None]) -> None:
        if not waiter.done():
            self._waiters.remove(waiter)
            waiter.set_exception(Unavailable(retry_after=1))

    def _vacate(self) -> None:
        """Gives a place to the first who waits, or back."""
        if waiter := self._first():
            waiter.set_result(None)
        else:
            self._places += 1

    def _shrink(self, now: float) -> None:
        """Retires connections beyond `size` that nobody has needed for a while; the last used is the first taken."""
        surplus = len(self._all) - len(self._closings) - self._settings.size
        while surplus > 0 and self.idle and self.idle[0].since < now - self._settings.keep:
            self.retire(self.idle.pop(0))
            surplus -= 1

    def _forget(self, connection: Connection) -> None:
        if connection in self._all:
            self._all.remove(connection)
            self._gone.set()
            self._vacate()

    async def _farewell(self, connection: Connection) -> None:
        try:
            with suppress(Exception):
                await connection.raw.close(timeout=FAREWELL)
        finally:
            self._forget(connection)
