"""`mainstay why app:app recipes.update KEY --as reader`."""

from __future__ import annotations

import asyncio
import json as json_of
import sys
from typing import Annotated

import typer

from mainstay.actor import NOBODY, Actor
from mainstay.app import Mainstay
from mainstay.cli.call import find
from mainstay.cli.exits import wrong
from mainstay.cli.target import load, split
from mainstay.engine import Call
from mainstay.engine.call import NOTHING
from mainstay.errors import MainstayError
from mainstay.identity import Credentials
from mainstay.operation import Operation
from mainstay.projections.command import WrongWords
from mainstay.projections.command.words import operation_called, parts
from mainstay.proofs.why.explaining import Why, explain
from mainstay.proofs.why.report import as_json, as_text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(no_args_is_help=True)
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
    called = load(target)
    try:
        found = asyncio.run(run(called, rest[0], rest[1:], name, token))
    except WrongWords as error:
        raise wrong(str(error)) from None
    except MainstayError as error:
        details = "; ".join(f"{detail.field} {detail.message}" for detail in error.details)
        raise wrong(f"{error.message} {details}".rstrip()) from None
    if json or not sys.stdout.isatty():
        sys.stdout.write(json_of.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")
    else:
        typer.echo(as_text(found))


async def run(called: Mainstay, operation_name: str, words: list[str], name: str, token: str) -> Why:
    """Opens the application, explains, closes the application."""
    if called.log is not None:
        called.log.write = lambda data: None
    operation = operation_called(called.application, operation_name)
    key, call = asked(called, operation, words)
    async with called.router.lifespan_context(called):
        call.actor = await caller(called, name, token)
        return await explain(called.engine, called.compiled.storage, call, key)


async def caller(called: Mainstay, name: str, token: str) -> Actor:
    """Who calls."""
    if token:
        identity = called.engine.identity
        return await identity.identify(Credentials(identity.scheme.lower(), token))
    return await find(called, name) if name else NOBODY


def asked(called: Mainstay, operation: Operation, words: list[str]) -> tuple[list[str], Call]:
    """The key of the row that a list or an action of many is asked for, and the call."""
    many = operation.action == "list" or (operation.behaviour is not None and operation.behaviour.rows == "many")
    lookup = called.application.resource(operation.resource or "").lookup if many else ()
    before = sum(parameter.place == "path" for parameter in operation.parameters)
    key = [word.removeprefix(f"{name}=") for name, word in zip(lookup, words[before:], strict=False)]
    if len(key) < len(lookup):
        raise WrongWords(f"say which row: its {', '.join(lookup)}, behind {operation.name}")
    given = parts(operation, [*words[:before], *words[before + len(key) :]])
    writes = operation.action in ("create", "update", "replace") and given.body
    return key, Call(operation, key=given.key, parameters=given.parameters, body=given.body if writes else NOTHING)
