"""Servers under measurement: started on a core of their own, the processor time of all their processes counted."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120.0
MAINSTAY = {"MAINSTAY_ADDRESS_LIMIT": "10000000/minute", "MAINSTAY_USER_LIMIT": "10000000/minute"}
"""Settings of Mainstay: limits that are counted and never reached; all else is as it is by default."""


def keeping(bytecode: Path) -> dict[str, str]:
    """Variables with which Python keeps in a folder what it compiled, as an installation has it, whatever it is told.

    Without it every start compiles all that is imported anew, wherever `PYTHONDONTWRITEBYTECODE` is set.
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode)}


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that runs."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    speaks: str = ""
    """The language that it is to be asked in (`translation.py`)."""

    def cpu(self) -> float:
        """Seconds of processor time that its processes have used."""
        return sum(used(pid) for pid in tree(self.process.pid))

    def memory(self) -> float:
        """Megabytes that its processes have for themselves, and their share of what they have together (PSS)."""
        return sum(proportional(pid) for pid in tree(self.process.pid)) / 1024

    def ask(
        self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, target, body or None, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def kill(self) -> None:
        """kill -9 of all its processes at one moment, as far as there is such a thing."""
        for pid in tree(self.process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text().split())
        except FileNotFoundError:
            continue
    return found


def used(pid: int) -> float:
    """Seconds of user and system time of a process (proc(5))."""
    try:
        after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(after[11]) + int(after[12])) / TICK


def proportional(pid: int) -> int:
    """Kilobytes of memory of a process, shared ones by its part (proc(5))."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def pin(pid: int, core: int) -> None:
    """Keeps a process, and what it starts from now on, on one core, where there are several."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, {core})


@contextmanager
def serving(
    arguments: Sequence[str],
    environment: dict[str, str],
    log: Path,
    *,
    core: int,
    probe: str = "/",
    port: int = 0,
    program: str = sys.executable,
    speaks: str = "",
) -> Iterator[Serving]:
    """A server as long as the block lasts; `{port}` in the arguments is where it is to listen."""
    port = port or free_port()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [program, *[argument.format(port=port) for argument in arguments]],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
            preexec_fn=lambda: pin(0, core),
        )
    running = Serving(port, process, log, speaks)
    try:
        wait(running, probe)
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()


def wait(running: Serving, probe: str) -> None:
    """Returns when the server answers, with whatever status."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            running.ask("GET", probe)
        except (OSError, http.client.HTTPException) as error:
            if running.process.poll() is not None or time.monotonic() > until:
                text = running.log.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"the server did not start:\n{text}") from error
            time.sleep(0.01)
        else:
            return
