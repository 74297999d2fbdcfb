"""One call of one operation from the words of a command line to a JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from mainstay.actor import NOBODY, Actor
from mainstay.engine import Answer, Call, Meta
from mainstay.errors import Detail, MainstayError
from mainstay.identity import Credentials
from mainstay.projections.command.words import operation_called, parts
from mainstay.projections.projection import Door

DONE, REFUSED, FAILED = 0, 4, 5
"""Exit codes: done; refused, as HTTP's 4xx; failed, as its 5xx.  2 is a command line that makes no call."""


class Line(msgspec.Struct, frozen=True):
    """What a command line asks for."""

    operation: str
    words: Sequence[str] = ()
    body: bytes | None = None
    """The whole body as JSON; its members stand among the words where there is none."""
    actor: Actor = NOBODY
    """Who is calling, where that is known without credentials."""
    credentials: Credentials | None = None
    if_match: str | None = None


class Done(msgspec.Struct, omit_defaults=True):
    """An answer as a document."""

    data: Any
    meta: Meta | None = None
    version: str | None = None
    """What `--if-match` takes."""


class Failure(msgspec.Struct):
    """What went wrong."""

    code: str
    message: str
    details: tuple[Detail, ...]


class Failed(msgspec.Struct):
    """A refusal as a document."""

    error: Failure


class Outcome(msgspec.Struct, frozen=True):
    """What a call ended in."""

    status: int
    """HTTP's."""
    document: bytes
    """JSON; empty where there is nothing to say."""

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return DONE if self.status < 400 else REFUSED if self.status < 500 else FAILED


class Command:
    """An application that is called by lines."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def run(self, line: Line) -> Outcome:
        """Runs one line; raises WrongWords where it makes no call, whatever broke where something did."""
        operation = operation_called(self.door.application, line.operation)
        given = parts(operation, line.words, line.body)
        call = Call(
            operation,
            key=given.key,
            parameters=given.parameters,
            body=given.body,
            credentials=line.credentials,
            actor=line.actor,
            if_match=line.if_match,
        )
        try:
            answer = await self.door.execute(call)
        except MainstayError as error:
            failure = Failed(Failure(error.code, error.message, error.details))
            return Outcome(error.status, msgspec.json.encode(failure))
        return Outcome(answer.status, written(answer))


def written(answer: Answer) -> bytes:
    """The answer as JSON; nothing where it has no data."""
    return b"" if answer.status == 204 else msgspec.json.encode(Done(answer.data, answer.meta, answer.version))
