"""`mainstay new bookshop`."""

from __future__ import annotations

import json as json_of
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from mainstay.cli.exits import wrong
from mainstay.scaffold.files import files
from mainstay.scaffold.name import WrongName, read
from mainstay.scaffold.writing import NotWritten, Written, refuse_taken, write

USED = ("argon2", "pytest", "watchfiles")
"""What the project's tests and its server need of the active environment, or of one that `make setup` makes."""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called: letters, digits and hyphens.")],
    into: Annotated[Path, typer.Option(metavar="FOLDER", help="Where its folder is made.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print the files as JSON.")] = False,
) -> None:
    """Make a project: a package with models, resources, policies, services, settings and migrations, and its tests.

    Every file is read back after it was written, and listed.  A folder that has anything in it is left as it is.
    """
    written: list[Written] = []
    try:
        called = read(name)
        folder = into / called.text
        refuse_taken(folder)
        written.extend(write(folder, files(called)))  # all of it before a word of it, which perhaps nobody reads
    except (WrongName, NotWritten) as error:
        tell(written)
        raise wrong(str(error)) from None
    if json:
        told = [{"path": str(one.path), "bytes": one.size} for one in written]
        typer.echo(json_of.dumps({"folder": str(folder), "files": told}, indent=2))
        return
    tell(written)
    setup = "" if all(find_spec(module) for module in USED) else " && make setup"
    typer.echo(f"{len(written)} files.  Now: cd {folder}{setup} && make test && make run")


def tell(written: list[Written]) -> None:
    """Lists the files that were written."""
    for one in written:
        typer.echo(f"wrote {one.path} ({one.size} bytes, read back)")
