"""What `mainstay call` does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from msgspec.structs import replace
from rich.console import Console

from mainstay.actor import Actor
from mainstay.app import Mainstay
from mainstay.cli.exits import Exit, wrong
from mainstay.cli.loading import NOT_STARTED, load
from mainstay.errors import MainstayError
from mainstay.identity import Credentials, Directory
from mainstay.projections.command import Command, Line, Outcome, WrongWords
from mainstay.projections.command.show import show


def call(
    target: str, words: Sequence[str], *, name: str, token: str, body: str, if_match: str | None, json: bool
) -> None:
    """Runs the operation that the words begin with, shows its outcome and ends with its code."""
    called = load(target)
    credentials = Credentials(called.engine.identity.scheme.lower(), token) if token else None
    line = Line(
        words[0],
        words[1:],
        body=read(body),
        credentials=credentials,
        if_match=None if if_match is None else tag(if_match),
    )
    try:
        outcome = asyncio.run(run(called, line, name))
    except WrongWords as error:
        raise wrong(str(error)) from None
    except (MainstayError, *NOT_STARTED) as error:
        raise wrong(str(error)) from None
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
