"""The one thread that writes: whatever scripts wait at one moment share one transaction and one sync."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

from mainstay.backing.databases.database import Script
from mainstay.backing.databases.sqlite.lending import Loan
from mainstay.backing.databases.sqlite.settings import Settings
from mainstay.backing.databases.sqlite.statistics import Statistics
from mainstay.backing.databases.sqlite.transactions import Call, Outcome, Transactions
from mainstay.errors import Unavailable

T = TypeVar("T")


class Writer:
    """Owns a connection, which it closes; `write` may be called from any event loop."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self.connection = connection
        self._settings = settings
        self._transactions = Transactions(connection, settings)
        self._statistics = Statistics(connection)
        self._queue: SimpleQueue[Call | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="mainstay-sqlite-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether scripts are run."""
        return self._thread.is_alive()

    async def write(self, script: Callable[[], Script[T]], *, limit: float | None = None) -> T:
        """What the script returns, when it is durable; `limit` is its time where `write_timeout` is not.

        A caller that is cancelled takes its script back if it has not begun; one that has begun is
        done all the same.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(Call(script, future, monotonic(), limit or self._settings.write_timeout))
        return await future

    async def work(self, do: Callable[[sqlite3.Connection], T], *, limit: float) -> T:
        """What `do` returns, run in the thread with the connection, when it is durable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(Call(None, future, monotonic(), limit, do))
        return await future

    def lend(self, loan: Loan) -> asyncio.Future[None]:
        """Lends the connection, in a transaction of its own; done when what was kept of it is durable."""
        future: asyncio.Future[None] = loan.loop.create_future()
        self._put(Call(None, future, monotonic(), loan.limit, loan.serve, alone=True))
        return future

    def _put(self, call: Call) -> None:
        """Lets a call wait for the thread; `Unavailable` where too many do."""
        if self._queue.qsize() >= self._settings.queue:
            raise Unavailable(retry_after=1)
        self._queue.put(call)

    async def close(self) -> None:
        """Runs what waits, then ends the thread and closes the connection."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        """The thread: one group after another until it is told to end."""
        self._statistics.keep()
        while group := self._next():
            for calls in transactions_of([call for call in group if call is not None]):
                calls = [call for call in calls if not call.future.cancelled()]
                if calls:
                    deliver(calls, self._outcomes(calls))
                    self._statistics.keep()
            if group[-1] is None:
                break
        self.connection.close()

    def _next(self) -> list[Call | None]:
        """Waits for a call, and takes the others that wait by then; None comes last and ends the work."""
        group = [self._queue.get()]
        try:
            while group[-1] is not None and len(group) < self._settings.group:
                group.append(self._queue.get_nowait())
        except Empty:
            pass
        return group

    def _outcomes(self, calls: list[Call]) -> list[Outcome]:
        """What became of each call, whatever happens: the thread outlives every error."""
        try:
            return self._transactions.run(calls)
        except BaseException as error:
            self._transactions.undo()
            return [Outcome(error=RuntimeError(f"the writer failed: {error!r}")) for _ in calls]


def transactions_of(calls: list[Call]) -> Iterator[list[Call]]:
    """The calls by transaction: those that share one, then each of those that share it with nobody."""
    yield [call for call in calls if not call.alone]
    yield from ([call] for call in calls if call.alone)


def deliver(calls: Iterable[Call], outcomes: Iterable[Outcome]) -> None:
    """Hands the outcomes to the loops that wait for them, each loop woken once."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Outcome]]] = {}
    for call, outcome in zip(calls, outcomes, strict=True):
        loops.setdefault(call.future.get_loop(), []).append((call.future, outcome))
    for loop, settled in loops.items():
        try:
            loop.call_soon_threadsafe(settle, settled)
        except RuntimeError:
            pass  # the loop is closed, and with it everybody who waited


def settle(settled: Iterable[tuple[asyncio.Future[Any], Outcome]]) -> None:
    """Gives each future its outcome, unless its caller was cancelled meanwhile."""
    for future, outcome in settled:
        if future.done():
            continue
        if outcome.error is None:
            future.set_result(outcome.value)
        elif isinstance(outcome.error, Exception) and not isinstance(outcome.error, StopIteration):
            future.set_exception(outcome.error)
        else:
            future.set_exception(RuntimeError(f"a script raised {outcome.error!r}"))
