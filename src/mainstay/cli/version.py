"""`mainstay version`."""

from __future__ import annotations

import json as json_of
import platform
from importlib.metadata import version as version_of
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def version(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print the version of Mainstay, and of what it stands on."""
    found = {name: version_of(name) for name in ("mainstay", "fastapi", "sqlalchemy", "pydantic", "msgspec", "granian")}
    if json:
        typer.echo(json_of.dumps({"python": platform.python_version(), **found}, indent=2))
        return
    typer.echo(f"mainstay {found.pop('mainstay')}, Python {platform.python_version()}")
    for name, number in found.items():
        typer.echo(f"  {name} {number}")
