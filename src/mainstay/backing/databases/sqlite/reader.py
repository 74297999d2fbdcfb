"""The threads for reads that are too slow for the event loop, or that found the database locked."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

from mainstay.backing.databases.database import Row
from mainstay.backing.databases.sqlite.connection import patiently, reading
from mainstay.backing.databases.sqlite.errors import fail
from mainstay.backing.databases.sqlite.settings import Settings
from mainstay.errors import Unavailable

STEPS = 50_000
"""Steps of SQLite's machine between two looks at the clock, for which the interpreter's lock is taken."""


class Deadline:
    """A moment that can be drawn nearer: a cancelled caller's read ends at its next look at the clock."""

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        self.at = at

    def passed(self) -> bool:
        """Whether the time is over."""
        return monotonic() > self.at


class Readers:
    """A few threads that share a few connections."""

    def __init__(self, file: Path, settings: Settings) -> None:
        self._file = file
        self._settings = settings
        self._threads = ThreadPoolExecutor(settings.readers, "mainstay-sqlite-reader")
        self._connections: SimpleQueue[sqlite3.Connection] = SimpleQueue()

    async def read(self, text: str, values: Sequence[object]) -> Sequence[Row]:
        """The rows, or `Unavailable` after `read_timeout`."""
        deadline = Deadline(monotonic() + self._settings.read_timeout)
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._read, text, values, deadline)
        try:
            return await running
        except asyncio.CancelledError:
            deadline.at = 0.0
            raise

    def close(self) -> None:
        """Waits for what runs and closes the connections; blocks."""
        self._threads.shutdown()
        while True:
            try:
                self._connections.get_nowait().close()
            except Empty:
                return

    def _read(self, text: str, values: Sequence[object], deadline: Deadline) -> Sequence[Row]:
        if deadline.passed():
            raise Unavailable(retry_after=1)
        rows: list[Row] = []
        try:
            patiently(lambda: rows.extend(self._attempt(text, values, deadline)), until=deadline.at)
        except sqlite3.Error as error:
            fail(error)
        return rows

    def _attempt(self, text: str, values: Sequence[object], deadline: Deadline) -> Sequence[Row]:
        connection = self._connection(deadline)
        connection.set_progress_handler(deadline.passed, STEPS)
        try:
            return connection.execute(text, values).fetchall()
        finally:
            self._connections.put(connection)

    def _connection(self, deadline: Deadline) -> sqlite3.Connection:
        try:
            return self._connections.get_nowait()
        except Empty:
            return reading(self._file, self._settings, until=deadline.at)
