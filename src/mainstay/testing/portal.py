"""A thread with an event loop, in which an application lives while tests call it from wherever they are."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class Portal:
    """The way into the loop of an application: for tests that block, and for tests with a loop of their own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, name="mainstay-testing", daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine returns, waited for in this thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine returns, waited for in the loop of whoever asks."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def close(self) -> None:
        """Ends what still runs, then the loop and its thread."""
        self.run(self.loop.shutdown_asyncgens())
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
