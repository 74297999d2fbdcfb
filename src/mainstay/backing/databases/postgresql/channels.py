"""Channels by which the processes on one database notify one another, with LISTEN and NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import uniform

import asyncpg

AGAIN = 1.0
"""Seconds, about, between two attempts to listen again."""
FAREWELL = 2.0
"""Seconds that closing the connection may take."""


class Channels:
    """Listens on a connection of its own, which is made anew when it is lost.

    The callbacks of a channel are called too whenever listening begins: somebody may have notified it before.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self.connect = connect
        self.callbacks: dict[str, list[Callable[[], None]]] = {}
        """By channel, what is called when it is notified."""
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        """Set when this connection is lost, and when listening ends."""
        self._ended = asyncio.Event()

    def open(self) -> None:
        """Listens from now on, as soon as there is a connection; nobody waits for it."""
        if self.callbacks:
            self._ended = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._listen())

    async def close(self) -> None:
        """Listens no longer; waits for a connection that is just being made, as asyncpg leaks one that is cancelled."""
        task, self._task = self._task, None
        if task is not None:
            self._ended.set()
            self._woken.set()
            await task

    async def _listen(self) -> None:
        while not self._ended.is_set():
            with suppress(Exception):  # whatever it is, it is tried again
                await self._listen_once()
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN * uniform(0.5, 1.5)):
                    await self._ended.wait()

    async def _listen_once(self) -> None:
        """Listens until the connection is lost."""
        woken = self._woken = asyncio.Event()
        raw = await self.connect()
        try:
            raw.add_termination_listener(lambda _: woken.set())
            for channel, callbacks in self.callbacks.items():
                await raw.add_listener(channel, lambda *_, callbacks=callbacks: call(callbacks))
                call(callbacks)
            await woken.wait()
        finally:
            with suppress(Exception):
                await raw.close(timeout=FAREWELL)


def call(callbacks: list[Callable[[], None]]) -> None:
    """Calls every one."""
    for callback in callbacks:
        callback()
