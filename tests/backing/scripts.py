"""Short ways to write the scripts that the tests of databases run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from mainstay.backing.databases.database import Command, Row, Script

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000000) SELECT sum(i) FROM n"
"""Runs for hours on SQLite, a few steps of its machine for each number."""


def script(*commands: str | Command) -> Callable[[], Script[Sequence[Row]]]:
    """A script that runs the commands and returns the rows of the last."""

    def run() -> Script[Sequence[Row]]:
        rows: Sequence[Row] = []
        for command in commands:
            rows = yield command if isinstance(command, Command) else Command(command)
        return rows

    return run


def held(gate: Event) -> Callable[[], Script[None]]:
    """A script that keeps the writer's thread until the gate opens, so that others wait and form one group."""

    def run() -> Script[None]:
        yield Command("SELECT 1")
        assert gate.wait(10)

    return run


def counted(attempts: list[int], *commands: str | Command) -> Callable[[], Script[Any]]:
    """A script that notes each of its attempts."""
    inner = script(*commands)

    def run() -> Script[Any]:
        attempts.append(1)
        return (yield from inner())

    return run


@contextmanager
def other_process(program: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A second Python process that prints a line when it is ready and ends when its input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(10)


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("ready", flush=True)
sys.stdin.read()
"""
"""A process that holds the right to write until its input is closed."""

RECOVERER = """
import fcntl, os, sys
index = os.open(sys.argv[1] + "-shm", os.O_RDWR)
fcntl.lockf(index, fcntl.LOCK_EX, 1, 120)
fcntl.lockf(index, fcntl.LOCK_EX, 1, 122)
os.pwrite(index, bytes(96), 0)
print("ready", flush=True)
sys.stdin.read()
"""
"""A process that does to readers what recovering the log after a crash does: they find the database locked."""
