"""What `mainstay serve` does."""

from __future__ import annotations

import difflib
import errno
import gc
import os
import secrets
import socket
from importlib import import_module
from typing import Any

import typer
from dotenv import dotenv_values

from mainstay.app import Mainstay
from mainstay.cli.exits import wrong
from mainstay.cli.loading import NOT_STARTED, load
from mainstay.cli.servers import SERVERS, Server
from mainstay.errors import MainstayError
from mainstay.settings import Settings


def serve(target: str, *, host: str, port: int, workers: int, server: Server, production: bool) -> None:
    """Serves the application that is named, or says why it is not served."""
    served = load(target)
    if workers > 1 and served.database.name == "sqlite":
        raise wrong(
            f"{workers} workers cannot share SQLite: one process writes and groups its writes, several would wait for "
            "one another and count limits apart; serve with --workers 1, or set database_url to PostgreSQL"
        )
    if production:
        checks: Any = import_module("mainstay.cli.production")
        refused = checks.refusals(served)
        if refused:
            raise wrong("\n".join([f"not fit for production, {len(refused)} in all", *(f"  {one}" for one in refused)]))
    refuse_taken(host, port)
    for name, meant in misspelt(served.settings):
        typer.echo(f"mainstay: {name} is no setting and is not read; did you mean {meant}?", err=True)
    typer.echo(greeting(served, host, port, server), err=True)
    if workers > 1 and served.settings.secret_key is None:
        # All workers sign cursors with one key, also where none is set.
        os.environ["MAINSTAY_SECRET_KEY"] = secrets.token_hex(32)
    run(served, target, host=host, port=port, workers=workers, server=server)


def run(served: Mainstay, target: str, *, host: str, port: int, workers: int, server: Server) -> None:
    """Runs the server to its end; tells why it could not begin."""
    try:
        module: Any = import_module(SERVERS[server])
    except ModuleNotFoundError as error:
        raise wrong(f"{server.value} is not installed ({error}); install it, or serve with --server granian") from None
    settle()  # before granian forks its workers, who inherit it; uvicorn's begin anew
    try:
        if workers > 1:
            module.run_workers(target, served.settings, host=host, port=port, workers=workers)
        else:
            module.run_one(served, host=host, port=port)
    except (MainstayError, *NOT_STARTED) as error:
        raise wrong(str(error)) from None


def settle() -> None:
    """Takes all that was made so far out of the garbage collector's sight, and lets it look as a server needs it.

    A request leaves no cycles behind, so that looking after every 700 objects is mostly in vain.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def refuse_taken(host: str, port: int) -> None:
    """Leaves with the reason where nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            which = "--port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
            raise wrong(f"cannot listen on {host}:{port}: {error.strerror}; choose another with {which}") from None


def misspelt(settings: Settings) -> list[tuple[str, str]]:
    """Variables of the environment and of `.env` that nearly name a setting, each with that setting."""
    known = [f"MAINSTAY_{field.upper()}" for field in type(settings).model_fields]
    given = [name for name in (*os.environ, *dotenv_values(".env")) if name.upper().startswith("MAINSTAY_")]
    near = {name: difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85) for name in given}
    return [(name, close[0]) for name, close in near.items() if close and close[0] != name.upper()]


def greeting(served: Mainstay, host: str, port: int, server: Server) -> str:
    """Where it listens, and what to try."""
    shown = f"[{host}]" if ":" in host else {"0.0.0.0": "127.0.0.1"}.get(host, host)  # noqa: S104
    url = f"http://{shown}:{port}"
    lists = [operation.path for operation in served.application.operations if operation.action == "list"]
    tries = [*lists[:1], "/openapi.json", "/health"]
    page = [f"  {url}/docs in a browser"] if served.settings.docs else []
    head = f"{served.title} {served.version} on {url} ({served.database.name}, {server.value}); stop with Ctrl+C"
    return "\n".join([head, *(f"  curl {url}{path}" for path in tries), *page])
