"""Doors: the ways by which the matrix asks an application: its engine, or REST through the ASGI interface."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlencode

import msgspec

from mainstay import errors, template
from mainstay.engine import Call, Engine
from mainstay.engine.call import NOTHING
from mainstay.errors import MainstayError
from mainstay.identity import Credentials
from mainstay.operation import Application, Letter, Operation
from mainstay.proofs.access.cells import NO_BODY, Request

Message = MutableMapping[str, Any]
ASGI = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

PAUSES = (0.5, 2.0)
"""Seconds before something is asked again that could not be answered."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the matrix compares it."""

    status: int
    data: Any
    meta: Any
    raw: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Door(Protocol):
    """A way to ask."""

    async def ask(self, request: Request) -> Reply:
        """The answer to one request."""

    def told(self, expected: frozenset[int]) -> frozenset[int]:
        """The statuses that these are told as."""


class Patient:
    """A door at which is asked again, twice, what could not be answered at that moment, as on a busy machine."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.told = door.told
        self.unavailable = door.told(frozenset({errors.Unavailable.status}))

    async def ask(self, request: Request) -> Reply:
        """The answer to one request."""
        for pause in PAUSES:
            reply = await self.door.ask(request)
            if reply.status not in self.unavailable:
                return reply
            await asyncio.sleep(pause)
        return await self.door.ask(request)


class Rest:
    """REST, asked through the ASGI interface without any network, in the application's own shapes."""

    def __init__(self, app: ASGI, application: Application) -> None:
        self.app = app
        self.letter = application.letter
        self.operations = {operation.name: operation for operation in application.operations}
        self.statuses = as_told(application.letter)

    def told(self, expected: frozenset[int]) -> frozenset[int]:
        """The statuses that these are told as."""
        return frozenset(told for status in expected for told in self.statuses.get(status, (status,)))

    async def ask(self, request: Request) -> Reply:
        """The answer to one request."""
        operation = self.operations[request.operation]
        body = b"" if request.body is NO_BODY else msgspec.json.encode(enveloped(operation, request.body))
        headers = [(name.encode(), self.specified(name, value).encode()) for name, value in request.headers]
        headers.append((b"host", b"localhost"))
        if request.body is not NO_BODY:
            kind = b"application/merge-patch+json" if request.method == "PATCH" else b"application/json"
            headers += [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        scope: Message = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(request.path),
            "raw_path": request.path.encode(),
            "query_string": urlencode(request.query, quote_via=quote).encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50_000),
            "server": ("localhost", 80),
            "state": {},
        }
        messages: list[Message] = []
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        raw = b"".join(message.get("body", b"") for message in messages[1:])
        document = msgspec.json.decode(raw) if raw else {}
        found = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in messages[0]["headers"]
        )
        status = messages[0]["status"]
        if operation.answer_as is not None and document and status < 300:
            shape = msgspec.json.decode(operation.answer_as)
            names = ("total", "next", "previous") if operation.many else ()
            meta = {name: at(document, shape, name) for name in names}
            return Reply(status, at(document, shape, "rows" if operation.many else "row"), meta, raw, found)
        document = document if isinstance(document, dict) else {"data": document}
        return Reply(status, document.get("data"), document.get("meta"), raw, found)

    def specified(self, name: str, value: str) -> str:
        """The value of a header as the application wants it."""
        if name != "authorization" or self.letter.scheme is None:
            return value
        return f"{self.letter.scheme} {value.partition(' ')[2]}"


def enveloped(operation: Operation, body: Any) -> Any:
    """A body in the envelope that it has here."""
    if operation.body_as is None:
        return body
    return template.writer(msgspec.json.decode(operation.body_as))({"body": body}, ())


def at(document: Any, shape: Any, name: str) -> Any:
    """What stands in an answer where its template has a name; None where it has none."""
    path = template.path(shape, name)
    if path is None:
        return None
    for key in path:
        document = document[key]
    return document


def as_told(letter: Letter) -> dict[int, frozenset[int]]:
    """By the status of an error, those that it is told as here."""
    given = dict(letter.statuses)
    found: dict[int, set[int]] = {}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, MainstayError):
            codes = [getattr(above, "code", "") for above in kind.__mro__]
            told = next((given[code] for code in codes if code in given), kind.status)
            found.setdefault(kind.status, set()).add(told)
    return {status: frozenset(told) for status, told in found.items()}


class Direct:
    """The engine's one door, without a protocol around it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.operations = {operation.name: operation for operation in engine.application.operations}

    def told(self, expected: frozenset[int]) -> frozenset[int]:
        """The statuses that these are told as: themselves."""
        return expected

    async def ask(self, request: Request) -> Reply:
        """The answer to one request."""
        headers = dict(request.headers)
        scheme, _, value = headers.get("authorization", "").partition(" ")
        call = Call(
            self.operations[request.operation],
            key=request.key,
            parameters=request.query,
            body=NOTHING if request.body is NO_BODY else request.body,
            credentials=Credentials(scheme.lower(), value) if scheme else None,
            if_match=headers.get("if-match"),
        )
        try:
            answer = await self.engine.execute(call)
        except MainstayError as error:
            return Reply(error.status, None, None, error.code.encode())
        except Exception as error:  # what is no refusal is a fault, which the matrix reports
            return Reply(500, None, None, f"{type(error).__name__}: {error}".encode())
        if answer.status == 204:
            return Reply(204, answer.data, answer.meta, b"")
        raw = msgspec.json.encode({"data": answer.data, "meta": answer.meta})
        document = msgspec.json.decode(raw)
        return Reply(answer.status, document["data"], document["meta"], raw)
