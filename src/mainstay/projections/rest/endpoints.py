"""What answers one method of one path: an operation, or one of the few things that are not operations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Protocol
from urllib.parse import quote

from mainstay.engine import Answer, Call
from mainstay.engine.call import NOTHING
from mainstay.errors import MainstayError, NotAcceptable, PreconditionFailed, ValidationError
from mainstay.operation import Application, Operation
from mainstay.projections.projection import Door
from mainstay.projections.rest.accept import accepted
from mainstay.projections.rest.answer import (
    JSON,
    NO_STORE,
    PRIVATE,
    SECURITY,
    VARY,
    Header,
    Reply,
    entity_tag,
    limit_headers,
    matches,
    not_modified,
)
from mainstay.projections.rest.cookies import Cookies
from mainstay.projections.rest.exchange import Exchange, Receive, Scope
from mainstay.projections.rest.lettered import credentials_reader, encoder, opening
from mainstay.projections.rest.request import parameters_of, read_body, text_of
from mainstay.projections.rest.routes import PARAMETER, Table, path_of

PLAIN = re.compile("[A-Za-z0-9_.~-]*").fullmatch
"""What a path has as it is (RFC 3986, 2.3), which is nearly every key."""

OF_ONE = ("get", "update", "replace", "delete")
"""Actions on one row, that whose path is where a row is found first."""


class Endpoint(Protocol):
    """Answers one method of one path."""

    async def reply(self, exchange: Exchange, key: tuple[str, ...], scope: Scope, receive: Receive) -> Reply:
        """The reply; a `MainstayError` is turned into one by who asks."""


class OperationEndpoint:
    """Answers with what an operation answers."""

    def __init__(
        self, operation: Operation, door: Door, *, body_limit: int, body_timeout: float, cookies: Cookies | None = None
    ) -> None:
        self.operation = operation
        self.cookies = cookies
        self.door = door
        read = partial(read_body, operation.method, body_limit, body_timeout)
        self.read = opening(operation, read) if operation.body else None
        self.encode = encoder(operation)
        self.credentials_of = credentials_reader(door.application.letter, door.identity.scheme)
        self.has_answer = operation.answer is not None
        self.reads = operation.method == "GET"
        self.headers: list[Header] = [JSON, *SECURITY, PRIVATE if self.reads else NO_STORE, VARY]
        self.bare: list[Header] = self.headers[1:]
        self.found_at = PARAMETER.split(path_of_one(door.application, operation))
        """The path of a row that is made, between its parameters."""

    async def reply(self, exchange: Exchange, key: tuple[str, ...], scope: Scope, receive: Receive) -> Reply:
        """The operation's answer over HTTP."""
        headers = exchange.headers
        query = scope["query_string"]
        parameters: Sequence[tuple[str, str]] = ()
        wrong: MainstayError | None = None
        if query:
            try:
                parameters = parameters_of(query)
            except ValidationError as error:
                wrong = error
        exchange.call = call = Call(
            self.operation,
            key,
            parameters,
            NOTHING,
            self.credentials_of(headers),
            exchange.address,
            exchange.request_id,
        )
        if b"if-match" in headers or b"if-none-match" in headers:
            call.if_match, call.if_none_match = text_of(headers, b"if-match"), text_of(headers, b"if-none-match")
        if call.credentials is None and self.cookies is not None:
            wrong = show(self.cookies, exchange, call, self.reads) or wrong
        if self.has_answer and wrong is None and not accepted(headers.get(b"accept")).json:
            wrong = NotAcceptable()
        if wrong is not None:
            call.read = partial(refuse, wrong)
        elif self.read is not None:
            call.read = partial(self.read, headers, receive)
        answer = await self.door.execute(call)
        return self.written(answer, call, exchange, scope)

    def written(self, answer: Answer, call: Call, exchange: Exchange, scope: Scope) -> Reply:
        """The answer as a reply."""
        more = limit_headers(call)
        if call.kept is not None and self.cookies is not None:
            more.append(self.cookies.keep(call.kept, exchange.headers))
        version = answer.version
        if self.reads and call.if_match is not None and not matches(call.if_match, version):
            raise PreconditionFailed
        if version is not None:
            more.append(entity_tag(answer))
            if self.reads and not_modified(exchange.headers, version):
                return Reply(304, self.bare + more, b"")
        if answer.key is not None:
            more.append((b"location", self.location((*call.key, *answer.key), scope)))
        if answer.status == 204 or not self.has_answer:
            return Reply(answer.status, self.bare + more, b"")
        return Reply(answer.status, self.headers + more, self.encode(answer.data, answer.meta))

    def location(self, key: Sequence[str], scope: Scope) -> bytes:
        """Where a row that was made is found."""
        parts = [scope.get("root_path") or "", self.found_at[0]]
        for part, after in zip(key[1 - len(self.found_at) :], self.found_at[1:], strict=False):
            parts += [part if PLAIN(part) else quote(part, safe=""), after]
        return "".join(parts).encode("ascii")


def path_of_one(application: Application, operation: Operation) -> str:
    """The path of one row of the operation's resource, its parameters in braces."""
    same = [
        one for one in application.operations if one.resource == operation.resource and one.under == operation.under
    ]
    of_one = [one for one in same if one.action in OF_ONE]
    found = next((one.path for action in OF_ONE for one in of_one if one.action == action), None)
    if found is not None or operation.resource is None:
        return found or operation.path
    lookup = application.resource(operation.resource).lookup
    return operation.path + "".join(f"/{{{name}}}" for name in lookup)


def show(cookies: Cookies, exchange: Exchange, call: Call, reads: bool) -> MainstayError | None:
    """Gives a call what its cookies show; why it is refused, where a page of another site has sent it with them."""
    shown = cookies.look(reads, exchange.headers)
    call.credentials, call.keeps, exchange.forget = shown.credentials, shown.keeps, shown.forget
    return shown.wrong


async def refuse(wrong: MainstayError, call: Call) -> None:
    """Tells what is wrong with a request when the engine wants the rest of it, not before it knows who calls."""
    raise wrong


class OptionsEndpoint:
    """Answers OPTIONS with the methods that the path has."""

    def __init__(self, table: Table) -> None:
        self.table = table

    async def reply(self, exchange: Exchange, key: tuple[str, ...], scope: Scope, receive: Receive) -> Reply:
        """The methods, and nothing else."""
        allow = ", ".join(self.table.allowed(path_of(scope)))
        return Reply(204, [*SECURITY, NO_STORE, (b"allow", allow.encode())], b"")


class Guarded:
    """The call of an opaque operation: who calls, how often, whether they may; then FastAPI answers."""

    def __init__(self, operation: Operation, door: Door, cookies: Cookies | None = None) -> None:
        self.operation = operation
        self.door = door
        self.cookies = cookies
        self.credentials_of = credentials_reader(door.application.letter, door.identity.scheme)

    async def check(self, exchange: Exchange) -> None:
        """Raises the `MainstayError` with which the caller is refused."""
        credentials = self.credentials_of(exchange.headers)
        exchange.call = Call(
            self.operation, credentials=credentials, address=exchange.address, request_id=exchange.request_id
        )
        if credentials is None and self.cookies is not None:
            wrong = show(self.cookies, exchange, exchange.call, self.operation.method == "GET")
            exchange.call.read = partial(refuse, wrong) if wrong is not None else None
        await self.door.execute(exchange.call)
