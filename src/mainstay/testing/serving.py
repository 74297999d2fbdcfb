"""An application on a port of this machine, for what speaks to it through a network: browsers, other programs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from mainstay.testing.backend import Backend


@contextmanager
def serving(backend: Backend) -> Iterator[str]:
    """The URL of the application, which is served in its own loop as long as the block lasts."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(backend.app, lifespan="off", log_config=None, access_log=False))
        task = backend.portal.run(begun(server, listener))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            backend.portal.run(finished(task))


async def begun(server: uvicorn.Server, listener: socket.socket) -> asyncio.Task[None]:
    """The task that serves, when it has begun to."""
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            await task
    return task


async def finished(task: asyncio.Task[None]) -> None:
    """Waits for the server to have stopped."""
    await task
