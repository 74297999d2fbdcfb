"""Words that the processes on one database say to one another, by LISTEN and NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import uniform

import asyncpg

AGAIN = 1.0
"""Seconds, about, between two attempts to hear again."""
FAREWELL = 2.0
"""Seconds that closing the connection may take."""


class Hearing:
    """Hears words on a connection of its own, which is made anew when it is lost.

    What is to happen when a word is said happens too whenever hearing begins: it may have been said before.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self.connect = connect
        self.heard: dict[str, list[Callable[[], None]]] = {}
        """By word, what is to happen."""
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        """Set when this connection is lost, and when hearing ends."""
        self._ended = asyncio.Event()

    def begin(self) -> None:
        """Hears from now on, as soon as there is a connection; nobody waits for it."""
        if self.heard:
            self._ended = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._hear())

    async def end(self) -> None:
        """Hears no longer; waits for a connection that is just being made, as asyncpg leaks one that is cancelled."""
        task, self._task = self._task, None
        if task is not None:
            self._ended.set()
            self._woken.set()
            await task

    async def _hear(self) -> None:
        while not self._ended.is_set():
            with suppress(Exception):  # whatever it is, hearing is tried again
                await self._hear_once()
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN * uniform(0.5, 1.5)):
                    await self._ended.wait()

    async def _hear_once(self) -> None:
        """Hears until the connection is lost."""
        woken = self._woken = asyncio.Event()
        raw = await self.connect()
        try:
            raw.add_termination_listener(lambda _: woken.set())
            for word, things in self.heard.items():
                await raw.add_listener(word, lambda *_, things=things: happen(things))
                happen(things)
            await woken.wait()
        finally:
            with suppress(Exception):
                await raw.close(timeout=FAREWELL)


def happen(things: list[Callable[[], None]]) -> None:
    """Does all that is to happen."""
    for thing in things:
        thing()
