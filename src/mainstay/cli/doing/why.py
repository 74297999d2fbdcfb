"""What `mainstay why` does."""

from __future__ import annotations

import asyncio
import json as json_of
import sys

import typer

from mainstay.actor import NOBODY, Actor
from mainstay.app import Mainstay
from mainstay.cli.doing.call import find
from mainstay.cli.exits import wrong
from mainstay.cli.loading import NOT_STARTED, load
from mainstay.engine import Call
from mainstay.engine.call import NOTHING
from mainstay.errors import MainstayError
from mainstay.identity import Credentials
from mainstay.operation import Operation
from mainstay.projections.command import WrongWords
from mainstay.projections.command.words import operation_called, parts
from mainstay.proofs.why.explaining import Why, explain
from mainstay.proofs.why.report import as_json, as_text


def why(target: str, words: list[str], *, name: str, token: str, json: bool) -> None:
    """Says why the caller is answered so by the operation that the words begin with."""
    called = load(target)
    try:
        found = asyncio.run(run(called, words[0], words[1:], name, token))
    except (WrongWords, *NOT_STARTED) as error:
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
