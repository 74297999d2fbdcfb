"""The server started again whenever a file of the application changes."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from watchfiles import Change, DefaultFilter, watch

PATIENCE = 20.0
"""Seconds that a server has to finish what runs."""
LOOK = 300
"""Milliseconds after which it is looked whether the server still runs."""


class Sources(DefaultFilter):
    """Python files and settings, without those of packages, caches and repositories."""

    def __call__(self, change: Change, path: str) -> bool:
        name = Path(path).name
        return (name.endswith(".py") or name.startswith(".env")) and super().__call__(change, path)


def serve_again(words: Sequence[str], folder: Path) -> None:
    """Runs `mainstay serve` with these words, and again after every change below `folder`, until told to stop.

    The server is a process of its own, so that a mistake in the application ends that process alone: it tells the
    mistake, and the next change is another try.
    """
    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stopped.set())

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "mainstay", "serve", *words], cwd=folder)

    run(start, folder, stopped)


def run(start: Callable[[], subprocess.Popen[bytes]], folder: Path, stopped: threading.Event) -> None:
    """Keeps one process running and replaces it after every change."""
    running, told = start(), False
    options = {"rust_timeout": LOOK, "yield_on_timeout": True, "stop_event": stopped}
    try:
        for changes in watch(folder, watch_filter=Sources(), **options):  # type: ignore[arg-type]
            if changes:
                names = sorted({str(Path(path).relative_to(folder.resolve())) for _, path in changes})
                typer.echo(f"{', '.join(names[:3])} changed: starting again", err=True)
                stop(running)
                running, told = start(), False
            elif running.poll() is not None and not told:
                typer.echo("The server has ended; it starts again when a file changes.  Ctrl+C ends this.", err=True)
                told = True
    finally:
        stop(running)


def stop(running: subprocess.Popen[bytes]) -> None:
    """Ends a process: lets what runs in it be finished, for some seconds."""
    running.terminate()
    try:
        running.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
