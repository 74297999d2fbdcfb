"""`mainstay openapi app:app --check openapi.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mainstay.cli.exits import wrong
from mainstay.cli.target import Target

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def openapi(
    target: Target,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to this file.")] = None,
    check: Annotated[Path | None, typer.Option(metavar="FILE", help="Only compare it with this file.")] = None,
    how_complete: Annotated[
        bool, typer.Option("--completeness", help="Only count what is described, and name what is not.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="What is counted as JSON.")] = False,
) -> None:
    """Print the OpenAPI document of an application.

    Ends with 1 where --check finds a file that says something else.
    """
    if (output is not None) + (check is not None) + how_complete > 1:
        raise wrong("--output, --check and --completeness are three things to do; give one of them")
    if json and not how_complete:
        raise wrong("--json is for --completeness; the document is JSON anyway")
    from mainstay.cli.doing import openapi as doing

    doing.openapi(target, output=output, check=check, how_complete=how_complete, json=json)
