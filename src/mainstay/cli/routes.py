"""`mainstay routes app:app`."""

from __future__ import annotations

import json as json_of
import sys
from typing import Annotated

import typer

from mainstay.cli.target import Target

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def routes(
    target: Target,
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Print what can be asked for where, by whom and how often: a table on a terminal, JSON elsewhere."""
    from mainstay.cli.loading import load
    from mainstay.projections.listing import routes as routes_of

    found = routes_of(load(target).application)
    if json or not sys.stdout.isatty():
        sys.stdout.write(json_of.dumps(found, indent=2, ensure_ascii=False) + "\n")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("METHOD", "PATH", "OPERATION", "POLICY", "LIMITS"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(one["method"], one["path"], one["operation"], one["policy"], "\n".join(one["limits"]))
    Console(markup=False, highlight=False).print(table)
