"""`mainstay serve app:app`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from mainstay.cli.exits import wrong
from mainstay.cli.servers import Server
from mainstay.cli.target import Target

app = typer.Typer(rich_markup_mode=None, add_completion=False)


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
    from mainstay.cli.doing import serve as doing

    doing.serve(target, host=host, port=port, workers=workers, server=server, production=production)
