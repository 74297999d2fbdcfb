"""`mainstay operations app:app`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mainstay.cli.target import Target

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def operations(
    target: Target,
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Print the operations of an application: a table on a terminal, JSON elsewhere."""
    from mainstay.cli.loading import load
    from mainstay.projections.listing import listing, table

    application = load(target).application
    if json or not sys.stdout.isatty():
        sys.stdout.buffer.write(listing(application) + b"\n")
    else:
        typer.echo(table(application))
