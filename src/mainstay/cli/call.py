"""`mainstay call app:app recipes.list published=true --as reader`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace
from rich.console import Console

from mainstay.actor import Actor
from mainstay.app import Mainstay
from mainstay.cli.exits import Exit, wrong
from mainstay.cli.target import load, split
from mainstay.errors import MainstayError
from mainstay.identity import Credentials, Directory
from mainstay.projections.command import Command, Line, Outcome, WrongWords
from mainstay.projections.command.show import show

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(no_args_is_help=True)
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
    called = load(target)
    credentials = Credentials(called.engine.identity.scheme.lower(), token) if token else None
    line = Line(
        rest[0],
        rest[1:],
        body=read(body),
        credentials=credentials,
        if_match=None if if_match is None else tag(if_match),
    )
    try:
        outcome = asyncio.run(run(called, line, name))
    except WrongWords as error:
        raise wrong(str(error)) from None
    except MainstayError as error:
        raise wrong(error.message) from None
    except Exception:  # whatever the user's own code raises
        Console(stderr=True).print_exception()
        raise typer.Exit(Exit.FAILED) from None
    if json or not sys.stdout.isatty():
        sys.stdout.buffer.write(outcome.document + b"\n" if outcome.document else b"")
    else:
        show(outcome, Console(), Console(stderr=True))
    raise typer.Exit(outcome.exit_code)


async def run(called: Mainstay, line: Line, name: str) -> Outcome:
    """Opens the application, runs the line, closes the application."""
    if called.log is not None:
        called.log.write = lambda data: None  # what there is to say is said by the outcome
    async with called.router.lifespan_context(called):
        if name:
            line = replace(line, actor=await find(called, name))
        return await Command(called.engine).run(line)


async def find(called: Mainstay, name: str) -> Actor:
    """The actor whom the application knows by the name."""
    identity = called.engine.identity
    if not isinstance(identity, Directory):
        raise WrongWords(f"{type(identity).__name__} finds nobody by name; give --token, or write its method `find`")
    return await identity.find(name)


def read(source: str) -> bytes | None:
    """The body from a file, or from the standard input."""
    if not source:
        return None
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise wrong(f"--body {source} cannot be read: {error.strerror}") from None


def tag(version: str) -> str:
    """A version as If-Match takes it."""
    return version if version == "*" or version.startswith('"') else f'"{version}"'
