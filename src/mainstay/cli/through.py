"""The projections that a proof can go through, each around an engine, without a network."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from mainstay.engine import Engine
from mainstay.identity import Credentials
from mainstay.projections.command import Command, Line
from mainstay.projections.rest import Edge, Rest
from mainstay.proofs.access.cells import NO_BODY, Request
from mainstay.proofs.access.doors import Door, Reply, Rest as Asked


class Through(StrEnum):
    """A projection."""

    rest = "rest"
    command = "command"


def over_rest(engine: Engine) -> Door:
    """An engine behind REST."""
    return Asked(Edge(Rest(engine), nowhere, direct=lambda: True), engine.application)


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Stands where FastAPI stands in a whole application: nothing that the proof asks comes here."""
    raise AssertionError(f"no compiled route answers {scope['method']} {scope['path']}")


class OverCommand:
    """An engine behind the command line."""

    def __init__(self, engine: Engine) -> None:
        self.command = Command(engine)

    def told(self, expected: frozenset[int]) -> frozenset[int]:
        """The statuses that these are told as: themselves."""
        return expected

    async def ask(self, request: Request) -> Reply:
        """The answer to one request."""
        headers = dict(request.headers)
        scheme, _, value = headers.get("authorization", "").partition(" ")
        line = Line(
            request.operation,
            [*request.key, *(f"{name}={text}" for name, text in request.query)],
            body=None if request.body is NO_BODY else msgspec.json.encode(request.body),
            credentials=Credentials(scheme.lower(), value) if scheme else None,
            if_match=headers.get("if-match"),
        )
        try:
            outcome = await self.command.run(line)
        except Exception as error:  # what is no refusal is a fault, which the proof reports
            return Reply(500, None, None, f"{type(error).__name__}: {error}".encode())
        document = msgspec.json.decode(outcome.document) if outcome.document else {}
        return Reply(outcome.status, document.get("data"), document.get("meta"), outcome.document)


SERVED: dict[Through, Callable[[Engine], Door]] = {Through.rest: over_rest, Through.command: OverCommand}
"""What puts each projection around an engine."""
