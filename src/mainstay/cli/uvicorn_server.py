"""uvicorn: HTTP/1.1 in Python, with the deadline for heads that it does not have by itself."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mainstay.app import Mainstay
from mainstay.settings import Settings


class WithDeadline(H11Protocol):
    """Cuts a connection whose next head is not there in time; uvicorn cuts those that are idle after an answer."""

    timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begins to wait for the first head."""
        super().connection_made(transport)
        self.watch()

    def data_received(self, data: bytes) -> None:
        """Waits on where the head is still not whole."""
        super().data_received(data)
        self.watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no longer."""
        if self.timer is not None:
            self.timer.cancel()
        super().connection_lost(exc)

    def watch(self) -> None:
        """Starts the timer where a head is awaited and it does not run; stops it where none is."""
        cycle: Any = self.cycle  # None before the first request
        awaited = cycle is None or cycle.response_complete
        if awaited and self.timer is None:
            self.timer = self.loop.call_later(self.timeout_keep_alive, self.cut)
        elif not awaited and self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def cut(self) -> None:
        """Closes the connection."""
        self.timer = None
        self.transport.close()


def run_one(app: Mainstay, *, host: str, port: int) -> None:
    """Serves in this process until it is told to stop."""
    asyncio.run(serve(app, host, port))


async def serve(app: Mainstay, host: str, port: int) -> None:
    """Opens the application, serves it, lets what runs end, closes it; raises what opening raises."""
    async with app.router.lifespan_context(app) as state:
        app.lifespan_state = dict(state or {})
        for each in (signal.SIGTERM, signal.SIGINT):
            # uvicorn raises the signal again when it has stopped, which would end the process before the application.
            asyncio.get_running_loop().add_signal_handler(each, lambda: None)
        await uvicorn.Server(uvicorn.Config(app, lifespan="off", **options(app.settings, host, port))).serve()


def run_workers(target: str, settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serves in several processes until told to stop."""
    uvicorn.run(target, workers=workers, **options(settings, host, port))


def options(settings: Settings, host: str, port: int) -> dict[str, Any]:
    """What uvicorn is told."""
    return {
        "host": host,
        "port": port,
        "http": WithDeadline,
        "timeout_keep_alive": max(1, round(settings.header_timeout)),
        "timeout_graceful_shutdown": max(1, round(settings.shutdown_timeout)),
        "h11_max_incomplete_event_size": 65_536,
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        "proxy_headers": False,
    }
