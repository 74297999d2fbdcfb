"""Routes of FastAPI among the compiled ones: guarded by their policy, their errors in our shape."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from mainstay import errors, strict_json
from mainstay.engine.call import Gone
from mainstay.errors import (
    Detail,
    MainstayError,
    MalformedBody,
    NotFound,
    RequestTimeout,
    UnsupportedMediaType,
    ValidationError,
)
from mainstay.projections.rest.edge import answer
from mainstay.projections.rest.exchange import KEY, App, Exchange, Message, Receive, Scope, Send, headers_of
from mainstay.projections.rest.failure import phrase_of
from mainstay.projections.rest.rest import ELSEWHERE, ELSEWHERE_AS_GET, Rest
from mainstay.projections.rest.routes import Found

BY_STATUS: dict[int, type[MainstayError]] = {}
"""The error that stands for a status: the first class of it, which is the most general one."""
for _class in vars(errors).values():
    if isinstance(_class, type) and issubclass(_class, MainstayError) and _class is not MainstayError:
        BY_STATUS.setdefault(_class.status, _class)

BY_STATUS[RequestTimeout.status] = RequestTimeout

CODES = {"missing": "required", "extra_forbidden": "unknown_field", "value_error": "invalid"}
"""Pydantic's names of mistakes in the words of this API, where they differ."""


BROKEN_JSON = "JSON decode error"
UNREADABLE = "There was an error parsing the body"
"""What FastAPI says of a body that is not JSON, and of one that it could not read at all."""


class CompiledRoute(BaseRoute):
    """Every compiled route as one route of FastAPI's, for requests that come through a middleware."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest

    def matches(self, scope: Any) -> tuple[Match, dict[str, Any]]:
        """Whether a compiled route answers this request."""
        found = self.found(scope) if scope["type"] == "http" else None
        return (Match.NONE, {}) if found is None else (Match.FULL, {})

    def found(self, scope: Scope) -> Found | None:
        """What the table has, but for what FastAPI answers."""
        found = self.rest.find(scope, scope["method"])
        if found is None or found.methods.get(scope["method"]) in (ELSEWHERE, ELSEWHERE_AS_GET):
            return None
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the edge would have, with the headers as the middleware left them."""
        exchange: Exchange = scope[KEY]
        found = self.found(scope)
        assert found is not None
        try:
            exchange.headers = headers_of(scope["headers"])
            reply = await self.rest.reply(found, exchange, scope, receive)
        except ValidationError as error:
            reply = self.rest.failed(error, exchange)
        await answer(reply, exchange, send)


class Catch:
    """The innermost middleware: turns what nobody had foreseen into an answer that the outer ones still see.

    Starlette has its handler for such errors outside of all middleware, where the headers of CORS would be missing.
    """

    def __init__(self, app: App, rest: Rest) -> None:
        self.app = app
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer; raises what comes after it has begun to."""
        begun = False

        async def sender(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sender)
        except Gone:
            raise
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            exchange: Exchange = scope[KEY]
            await answer(self.rest.broke(error, exchange), exchange, send)


def tell_errors(app: FastAPI, rest: Rest) -> None:
    """Lets every error of a custom route be told in our shape."""

    async def refused(connection: Any, error: Any) -> Response:
        return response(rest, connection, await refusal(rest, connection) or error)

    async def http(connection: Any, error: Any) -> Response:
        before = await refusal(rest, connection)
        if before is not None:
            return response(rest, connection, before)
        told = of_status(error)
        if error.status_code == 404 and "endpoint" not in connection.scope and app.openapi_url:
            listing = (connection.scope.get("root_path") or "") + app.openapi_url
            told = NotFound(f"Nothing has this path; GET {listing} lists those that there are.")
        return response(rest, connection, told, error.headers or {})

    async def invalid(connection: Any, error: Any) -> Response:
        before = await refusal(rest, connection)
        return response(rest, connection, before or of_mistakes(error, connection.scope.get("route")))

    async def broke(connection: Any, error: Any) -> Response:
        exchange: Exchange = connection.scope[KEY]
        return as_response(rest.broke(error, exchange))

    app.add_exception_handler(MainstayError, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, broke)


async def refusal(rest: Rest, connection: HTTPConnection) -> MainstayError | None:
    """What the guard says to a request that FastAPI refused before it asked the guard: it reads the body first."""
    scope = connection.scope
    exchange: Exchange = scope[KEY]
    path = rest.paths.get(id(scope.get("route")))
    if exchange.call is not None or path is None:
        return None
    try:
        exchange.headers = headers_of(scope["headers"])
        await rest.guard(scope["method"], path, exchange)
    except MainstayError as error:
        return error
    return None


def response(rest: Rest, connection: HTTPConnection, error: MainstayError, headers: Any = None) -> Response:
    """An error as a response of Starlette's, with headers that its raiser asked for."""
    reply = as_response(rest.failed(error, connection.scope[KEY]))
    for name, value in (headers or {}).items():
        reply.headers[name] = value
    return reply


def as_response(reply: Any) -> Response:
    """A reply as a response of Starlette's."""
    made = Response(reply.body, status_code=reply.status)
    made.raw_headers = [*reply.headers, (b"content-length", b"%d" % len(reply.body))]
    return made


def of_mistakes(error: RequestValidationError, route: Any) -> MainstayError:
    """What is wrong with a request that FastAPI could not take."""
    mistakes = error.errors()
    if mistakes and mistakes[0]["msg"] == BROKEN_JSON and isinstance(error.body, str):
        return broken(error.body)
    of_body = any(mistake["loc"][0] == "body" for mistake in mistakes)
    if of_body and isinstance(error.body, bytes) and declared_type(route) == "application/json":
        return UnsupportedMediaType("Send Content-Type: application/json.")
    return ValidationError(details=tuple(told_of(mistake) for mistake in mistakes))


def broken(body: str) -> MalformedBody:
    """What is wrong with a body that is not JSON, in the words of a compiled route."""
    try:
        strict_json.decode(body.encode("utf-8", "replace"))
    except MalformedBody as error:
        return error
    return MalformedBody()


def declared_type(route: Any) -> str | None:
    """The media type that a route takes; FastAPI hands on the bytes of a body that says it is no JSON."""
    field = getattr(route, "body_field", None)
    return None if field is None else getattr(field.field_info, "media_type", "application/json")


def of_status(error: HTTPException) -> MainstayError:
    """The error that an HTTPException means."""
    status = error.status_code
    phrase = phrase_of(status)
    known = BY_STATUS.get(status)
    if known is None:
        code = phrase.upper().replace(" ", "_").replace("-", "_").replace("'", "")
        known = type("OfStatus", (MainstayError,), {"code": code, "status": status, "default": f"{phrase}."})
    if status == 400 and error.detail == UNREADABLE:
        return MalformedBody("The body cannot be read.")
    detail: Any = error.detail  # FastAPI's subclass allows more than text
    told = detail if isinstance(detail, str) and detail != phrase else None
    return known(told)


def told_of(mistake: Any) -> Detail:
    """One mistake that pydantic found, in the words of this API."""
    place = ""
    for part in mistake["loc"][1:]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    code = CODES.get(mistake["type"], mistake["type"])
    message = "must be given" if code == "required" else str(mistake["msg"]).removeprefix("Value error, ")
    return Detail(place, code, message)
