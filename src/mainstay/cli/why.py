"""`mainstay why app:app recipes.update KEY --as reader`."""

from __future__ import annotations

from typing import Annotated

import typer

from mainstay.cli.exits import wrong
from mainstay.cli.target import Words, split

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(cls=Words, no_args_is_help=True)
def why(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[APP] OPERATION KEY [WORDS]...",
            help="The application (module:attribute; MAINSTAY_APP or app:app unless given), the operation, a "
            "row's key (of a list: of the row that it may have), parameters and members as `mainstay call` takes them.",
        ),
    ],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="The caller, as the application knows them.")] = "",
    token: Annotated[str, typer.Option(help="The caller's credential.", envvar="MAINSTAY_TOKEN")] = "",
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Say why a caller is answered so: which clause of which policy decided, with which values.

    It explains a 401, 403 or 404, a row that is missing from a list and a field that is missing from a row.  Nothing is
    called or changed.  It needs no permission but that of the database: what it shows, the caller may not see.
    """
    target, rest = split(words)
    if not rest:
        raise wrong("names no operation; `mainstay operations` lists them")
    if name and token:
        raise wrong("--as and --token both say who calls; give one of them")
    from mainstay.cli.doing import why as doing

    doing.why(target, rest, name=name, token=token, json=json)
