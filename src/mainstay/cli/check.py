"""`mainstay check PATH`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mainstay.check import config as configuration
from mainstay.check.config import WrongConfiguration
from mainstay.check.report import terminal
from mainstay.check.review import review
from mainstay.cli.target import WRONG_USE

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A folder, a file, or a Markdown page with code in it.", exists=True)],
) -> None:
    """Review a backend: FastAPI, Flask, Django or Express, its examples in Markdown, its SQL."""
    console = Console()
    try:
        config = configuration.read(path if path.is_dir() else path.parent)
        with console.status("reading") as status:
            result = review(path, config, progress=status.update)
    except WrongConfiguration as error:
        Console(stderr=True).print(str(error), style="red")
        raise typer.Exit(WRONG_USE) from None
    terminal.show(result, console)
    if any(config.fails(each.severity, each.confidence) for each in result.findings):
        raise typer.Exit(1)
