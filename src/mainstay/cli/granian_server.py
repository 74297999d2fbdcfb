"""granian: HTTP/1.1 in Rust, one process in this event loop, several as processes of their own.

Seen on granian 2.8.7 with `http1`: a head that arrives slowly, a connection that says nothing and one
that is idle are cut after `header_read_timeout`; with its default, `auto`, one that says nothing never
is.  Bodies are the application's to time, which `projections/rest/request.py` does.
"""

from __future__ import annotations

import asyncio
import signal

import uvloop
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.server.embed import Server

from mainstay.app import Mainstay
from mainstay.settings import Settings

BACKLOG = 1024
"""Connections that wait to be accepted."""
CONNECTIONS = 4096
"""Connections that are answered at one time in a process; more wait in the backlog."""


def run_one(app: Mainstay, *, host: str, port: int) -> None:
    """Serves in this process until it is told to stop."""
    uvloop.run(serve(app, host, port))


async def serve(app: Mainstay, host: str, port: int) -> None:
    """Opens the application, serves it, lets what runs end, closes it; raises what opening raises."""
    async with app.router.lifespan_context(app) as state:
        app.lifespan_state = dict(state or {})
        server = Server(
            app,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            http1_settings=head_limits(app.settings),
            backlog=BACKLOG,
            backpressure=CONNECTIONS,
            websockets=True,
            log_enabled=False,
        )
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stopped.set)
        serving = asyncio.create_task(server.serve())
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        server.stop()  # type: ignore[no-untyped-call]
        _, running = await asyncio.wait({serving}, timeout=app.settings.shutdown_timeout)
        for task in running:
            task.cancel()


def run_workers(target: str, settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serves in several processes until told to stop."""
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=head_limits(settings),
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        workers_kill_timeout=int(settings.shutdown_timeout),
        log_access=False,
    ).serve()


def head_limits(settings: Settings) -> HTTP1Settings:
    """How long a head may take and a connection may be idle, and how large a head may be."""
    return HTTP1Settings(header_read_timeout=round(settings.header_timeout * 1000), max_buffer_size=65_536)
