"""The PostgreSQL that the proof starts for itself ends with the proof, also when the proof is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SECONDS = 30.0
STARTER = """
import time
from mainstay.proofs.own_postgresql import own_postgresql
with own_postgresql() as urls:
    print(urls[0], flush=True)
    {then}
"""


def answers(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that the account of PostgreSQL may enter."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        yield Path(home)


@pytest.mark.parametrize("how", ["kill", "end"])
def test_it_is_gone_when_its_starter_is(how: str, reachable: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER.format(then="time.sleep(600)" if how == "kill" else "pass")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(reachable)},
    ) as starter:
        assert starter.stdout is not None
        port = int(starter.stdout.readline().rpartition(":")[2].partition("/")[0])
        if how == "kill":
            assert answers(port)
            starter.send_signal(signal.SIGKILL)
    until = time.monotonic() + SECONDS
    while (answers(port) or list(reachable.iterdir())) and time.monotonic() < until:
        time.sleep(0.05)
    assert not answers(port)
    assert not list(reachable.iterdir())
