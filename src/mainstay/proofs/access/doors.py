"""Doors: the ways by which the matrix asks an application: its engine, or REST through the ASGI interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlencode

import msgspec

from mainstay.engine import Call, Engine
from mainstay.engine.call import NOTHING
from mainstay.errors import MainstayError
from mainstay.identity import Credentials
from mainstay.proofs.access.cells import NO_BODY, Request

Message = MutableMapping[str, Any]
ASGI = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


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


class Rest:
    """REST, asked through the ASGI interface without any network."""

    def __init__(self, app: ASGI) -> None:
        self.app = app

    async def ask(self, request: Request) -> Reply:
        """The answer to one request."""
        body = b"" if request.body is NO_BODY else msgspec.json.encode(request.body)
        headers = [(name.encode(), value.encode()) for name, value in request.headers]
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
        document = document if isinstance(document, dict) else {"data": document}
        return Reply(messages[0]["status"], document.get("data"), document.get("meta"), raw, found)


class Direct:
    """The engine's one door, without a protocol around it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.operations = {operation.name: operation for operation in engine.application.operations}

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
