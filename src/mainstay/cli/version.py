"""`mainstay version`."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def version() -> None:
    """Print the version of Mainstay, and of what it stands on."""
    typer.echo(f"mainstay {version_of('mainstay')}, Python {platform.python_version()}")
    for name in ("fastapi", "sqlalchemy", "pydantic", "msgspec", "granian"):
        typer.echo(f"  {name} {version_of(name)}")
