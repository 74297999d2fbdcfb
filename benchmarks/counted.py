"""An application called in this process, without sockets, for `compare.py` to count the instructions of.

    valgrind --tool=callgrind --instr-atstart=no --dump-before=getpriority \\
        python -m benchmarks.counted FOLDER WORKS CALLS [CONTENDER]

`FOLDER` is where Mainstay must have come from, and `CONTENDER` a module of `contenders` that has an `app`, `mainstay`
unless it is given.  What valgrind writes at every call of `getpriority`, which nothing else calls, is what ran since
the one before.
"""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import uvloop
from msgspec.structs import replace

import mainstay
from benchmarks import requests
from benchmarks.requests import Request

SLOWER = 1_000
"""How much later timers fire, and how much longer a read may take in the loop: under valgrind everything takes longer,
and they are to meet as many calls as ever."""
ENOUGH = 40
"""Calls of each work before anything is counted."""


class Loop(uvloop.Loop):
    """A loop in which there is time enough between two timers."""

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        """Calls the callback, much later."""
        return super().call_later(delay * SLOWER, callback, *args, context=context)


def mark() -> None:
    """Ends what is counted together."""
    os.getpriority(os.PRIO_PROCESS, 0)


def scope_of(request: Request) -> dict[str, Any]:
    """A request as a server hands it on (ASGI)."""
    path, _, query = request.target.partition("?")
    headers = [(b"host", b"127.0.0.1"), (b"accept", b"*/*")]
    headers += [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    if request.body:
        headers.append((b"content-length", b"%d" % len(request.body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8_000),
    }


async def call(app: Any, scope: dict[str, Any], body: bytes) -> int:
    """Has the application answer a request; the status."""
    status = 0
    given = False

    async def receive() -> dict[str, Any]:
        nonlocal given
        if given:
            await asyncio.sleep(3600)
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    await app(scope, receive, send)
    return status


async def calls(app: Any, work: str, seed: int, number: int, counting: Callable[[], None]) -> None:
    """Random requests of a work, one after the other, their making not counted."""
    random = Random(seed)
    made = [requests.made(work, random) for _ in range(number)]
    scopes = [(scope_of(request), request.body) for request in made]
    gc.collect()
    counting()
    wrong = 0
    for scope, body in scopes:
        wrong += await call(app, scope, body) not in (200, 201)
    counting()
    if wrong:
        raise RuntimeError(f"{wrong} of {number} calls of {work} failed")


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Starts an application as a server does (ASGI), and ends it."""
    asked, told = asyncio.Queue[Any](), asyncio.Queue[Any]()
    running = asyncio.create_task(
        app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, asked.get, told.put)
    )
    for part in ("startup", "shutdown"):
        asked.put_nowait({"type": f"lifespan.{part}"})
        message = await told.get()
        if message["type"] != f"lifespan.{part}.complete":
            raise RuntimeError(f"the application does not start: {message}")
        if part == "startup":
            yield
    await running


async def count(app: Any, works: Sequence[str], number: int) -> None:
    """Every work, warmed up first."""
    async with lifespan(app):
        for work in works:
            await calls(app, work, 1, ENOUGH, lambda: None)
        gc.collect()
        gc.freeze()
        gc.disable()
        instrument()
        for work in works:
            await calls(app, work, 2, number, mark)


def instrument() -> None:
    """Has valgrind count from here on; what was before ran ten times as fast."""
    subprocess.run(["vgdb", f"--pid={os.getpid()}", "instrumentation", "on"], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Reads the command line and calls."""
    folder, works, number, contender = [*sys.argv[1:], "mainstay"][:4]
    if not Path(mainstay.__file__).is_relative_to(folder):
        raise SystemExit(f"{mainstay.__file__} is not the Mainstay of {folder}")
    app = import_module(f"benchmarks.contenders.{contender}").app
    if contender == "mainstay" and app.database.name == "sqlite":
        patient = app.database.settings
        app.database.settings = replace(patient, loop_budget=patient.loop_budget * SLOWER)
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(count(app, works.split(","), int(number)))


if __name__ == "__main__":
    main()
