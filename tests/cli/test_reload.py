"""`mainstay serve --reload`: a change is served, a mistake is told, and the server comes back when it is mended."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mainstay.cli import app
from tests.cli.serving import APP, environment


def ask(port: int, path: str) -> str:
    """The answer to one request; nothing where nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            parts = []
            while part := connection.recv(65_536):
                parts.append(part)
            return b"".join(parts).decode()
    except OSError:
        return ""


def until(holds: Callable[[], bool], what: str) -> None:
    """Waits until something is so."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def test_a_change_is_served_and_a_mistake_is_told_until_it_is_mended(tmp_path: Path) -> None:
    program = tmp_path / "app.py"
    program.write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = tmp_path / "said"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "mainstay", "serve", "app:app", "--reload", "--port", str(port)],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=file,
        )
    try:
        until(lambda: '"Served"' in ask(port, "/openapi.json"), "it does not serve")
        program.write_text(APP + "\nthis_is_nothing\n")
        until(lambda: "starts again when a file changes" in said.read_text(), "the mistake is not told")
        assert "NameError: name 'this_is_nothing' is not defined" in said.read_text()
        assert ask(port, "/health/live") == ""
        (tmp_path / "notes.txt").write_text("no source")
        program.write_text(APP.replace('name="Served"', 'name="Changed"'))
        until(lambda: '"Changed"' in ask(port, "/openapi.json"), "the server does not come back")
        assert said.read_text().count("app.py changed: starting again") == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        until(lambda: ask(port, "/health/live") == "", "the server outlives what started it")
        assert "notes.txt" not in said.read_text()
    finally:
        process.kill()
        process.wait(10)


def test_reload_without_its_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)  # as where it is not installed
    monkeypatch.delitem(sys.modules, "mainstay.cli.reload", raising=False)
    done = CliRunner().invoke(app, ["serve", "app:app", "--reload"])
    assert done.exit_code == 2
    told = "`mainstay serve` needs watchfiles, which is not installed: pip install 'mainstay[reload]'"
    assert done.stderr == f"mainstay: {told}\n"
