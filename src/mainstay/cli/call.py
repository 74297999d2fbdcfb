"""`mainstay call app:app recipes.list published=true --as reader`."""

from __future__ import annotations

from typing import Annotated

import typer

from mainstay.cli.exits import wrong
from mainstay.cli.target import Words, split

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(cls=Words, no_args_is_help=True)
def call(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[APP] OPERATION [WORDS]...",
            help="The application (module:attribute; MAINSTAY_APP or app:app unless given), the operation, and what it "
            "is given: the key's values alone, parameters as name=value, members of a body as name=text or name:=json.",
        ),
    ],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Call as whom the application knows so.")] = "",
    token: Annotated[str, typer.Option(help="Call with this credential.", envvar="MAINSTAY_TOKEN")] = "",
    body: Annotated[
        str, typer.Option(metavar="FILE", help="The whole body as JSON from a file; - reads it here.")
    ] = "",
    if_match: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Only where the row has this version.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON even where the output is a terminal.")] = False,
) -> None:
    """Run an operation in this process, without HTTP: the same policies, limits and answers.

    Ends with 0 where it was done, 4 where it was refused, 5 where it failed, 2 where the line makes no call.
    """
    target, rest = split(words)
    if not rest:
        raise wrong("names no operation; `mainstay operations` lists them")
    if name and token:
        raise wrong("--as and --token both say who calls; give one of them")
    from mainstay.cli.doing import call as doing

    doing.call(target, rest, name=name, token=token, body=body, if_match=if_match, json=json)
