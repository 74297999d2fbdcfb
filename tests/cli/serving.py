"""A server in a process of its own, on a free port of loopback, and what the tests send it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.cli.forking import forked

ROOT = Path(__file__).parents[2]

APP = """
import asyncio

from fastapi import APIRouter

from mainstay import Mainstay, anyone, mount
from tests.app.kitchen import Dishes, Tokens

router = APIRouter()


@router.get("/slow")
async def slow() -> str:
    await asyncio.sleep(1.0)
    return "done"


app = Mainstay(resources=[Dishes], routers=[mount(router, allow=anyone)], identity=Tokens(), name="Served")
"""


@dataclass
class Served:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path
    errors: Path

    def connect(self) -> socket.socket:
        """A connection that gives up after eight seconds."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.settimeout(8)
        return connection

    def ask(self, request: bytes) -> bytes:
        """Everything that is answered until the connection is closed."""
        with self.connect() as connection:
            connection.sendall(request)
            return received(connection)


def received(connection: socket.socket) -> bytes:
    """Everything until the connection is closed."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """The environment of a command: `settings` are Mainstay's."""
    own = {f"MAINSTAY_{name.upper()}": str(value) for name, value in settings.items()}
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", ""), str(ROOT)]).strip(os.pathsep)
    database = {"MAINSTAY_DATABASE_URL": f"sqlite:///{folder}/served.db"}
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **database, **own}


def command(
    folder: Path, *words: str, said: str = "", fresh: bool = False, **settings: object
) -> subprocess.CompletedProcess[str]:
    """Runs `mainstay` in a folder to its end; `fresh` where the interpreter is to start for it alone."""
    if not fresh:
        return forked(folder, words, environment(folder, **settings), said)
    return subprocess.run(
        [sys.executable, "-m", "mainstay", *words],
        cwd=folder,
        env=environment(folder, **settings),
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def serving(folder: Path, *words: str, **settings: object) -> Iterator[Served]:
    """`mainstay serve` until the block ends, of the folder's `app.py` where it has one."""
    if not (folder / "app.py").exists():
        (folder / "app.py").write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output, errors = folder / "output", folder / "errors"
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "mainstay", "serve", "app:app", "--port", str(port), *words],
            cwd=folder,
            env=environment(folder, **settings),
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    served = Served(process, port, output, errors)
    try:
        wait_for(served)
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with its workers, which outlive it otherwise
        process.wait(10)


def wait_for(served: Served) -> None:
    """Waits until the server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until and served.process.poll() is None:
        try:
            with served.connect() as connection:
                connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                if b" 200 " in received(connection):
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"does not serve: {served.errors.read_text()}")
