"""`mainstay serve app:app`."""

from __future__ import annotations

import difflib
import os
import secrets
import socket
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from dotenv import dotenv_values

from mainstay.app import Mainstay
from mainstay.cli.exits import wrong
from mainstay.cli.target import Target, load
from mainstay.compiler import DeclarationErrors
from mainstay.errors import MainstayError
from mainstay.migrate.folder import MigrationProblem
from mainstay.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Server(StrEnum):
    """What speaks HTTP in front of the application."""

    granian = "granian"
    uvicorn = "uvicorn"


SERVERS = {Server.granian: "mainstay.cli.granian_server", Server.uvicorn: "mainstay.cli.uvicorn_server"}
"""The module that runs each server; imported when it is asked for."""


@app.command()
def serve(
    target: Target,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; more than one on PostgreSQL only.", min=1)] = 1,
    server: Annotated[Server, typer.Option(help="What speaks HTTP.")] = Server.granian,
    reload: Annotated[
        bool, typer.Option("--reload", help="For development: start again when a file changes in this folder.")
    ] = False,
    production: Annotated[
        bool, typer.Option("--production", help="Refuse, all at once, what only development may have.")
    ] = False,
) -> None:
    """Serve an application over HTTP until SIGTERM or SIGINT; what runs then is finished first."""
    if reload and production:
        raise wrong("--reload is for development, and --production refuses what is; leave one of them out")
    if reload:
        # watchfiles is an extra, and the words are handed on as they were written, to a process that reads them anew.
        again: Any = import_module("mainstay.cli.reload")
        again.serve_again([word for word in sys.argv[2:] if word != "--reload"], Path.cwd())
        return
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
    try:
        if workers > 1:
            module.run_workers(target, served.settings, host=host, port=port, workers=workers)
        else:
            module.run_one(served, host=host, port=port)
    except (MainstayError, DeclarationErrors, MigrationProblem) as error:
        raise wrong(str(error)) from None


def refuse_taken(host: str, port: int) -> None:
    """Leaves with the reason where nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise wrong(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from None


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
