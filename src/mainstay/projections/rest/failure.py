"""From an error to the bytes of HTTP: one shape, or problem details where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec

from mainstay import template
from mainstay.errors import Detail, MainstayError
from mainstay.operation import Letter
from mainstay.projections.rest.accept import accepted
from mainstay.projections.rest.answer import ENCODER, JSON, NO_STORE, SECURITY, VARY, Header, Reply, limit_headers
from mainstay.projections.rest.exchange import Exchange
from mainstay.projections.rest.lettered import details_of, failure_values, status_of

RENAMED = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
"""What RFC 9110 calls statuses that Python called otherwise before 3.13: a document is the same on all of them."""
PHRASES = {int(status): status.phrase for status in HTTPStatus} | RENAMED
PATCHES: Header = (b"accept-patch", b"application/merge-patch+json, application/json")
"""The types of a change that are taken (RFC 5789, 2.2)."""
PROBLEM: Header = (b"content-type", b"application/problem+json")


class Failure(msgspec.Struct):
    """What went wrong, under one key that no answer has."""

    code: str
    message: str
    details: tuple[Detail, ...]
    request_id: str


class Failed(msgspec.Struct):
    """The body of an error."""

    error: Failure


class Problem(msgspec.Struct):
    """The body of an error as problem details (RFC 9457), with our parts beside the standard's."""

    title: str
    status: int
    detail: str
    code: str
    details: tuple[Detail, ...]
    request_id: str
    type: str = "about:blank"


def teller(letter: Letter, scheme: str) -> Callable[[MainstayError, Exchange], Reply]:
    """What tells callers of errors, as it was specified; `scheme` is how one can sign in here."""
    scheme = letter.scheme or scheme
    if letter.errors is None and not letter.statuses:
        return lambda error, exchange: failed(error, exchange, scheme, error.status)
    given = dict(letter.statuses)
    write = None if letter.errors is None else template.writer(msgspec.json.decode(letter.errors))

    def tell(error: MainstayError, exchange: Exchange) -> Reply:
        status = given.get(error.code) or status_of(type(error), given, error.status)
        if write is None or accepted(exchange.headers.get(b"accept")).problem:
            return failed(error, exchange, scheme, status)
        values = failure_values(error, status, phrase_of(status), exchange.request_id)
        body = write(values, details_of(error, letter.general))
        return reply(error, exchange, scheme, status, JSON, body)

    return tell


def failed(error: MainstayError, exchange: Exchange, scheme: str, status: int) -> Reply:
    """The reply that tells the caller of an error in Mainstay's own shape."""
    request_id = exchange.request_id
    if accepted(exchange.headers.get(b"accept")).problem:
        title = phrase_of(status)
        body: Any = Problem(title, status, error.message, error.code, error.details, request_id)
        kind = PROBLEM
    else:
        body = Failed(Failure(error.code, error.message, error.details, request_id))
        kind = JSON
    return reply(error, exchange, scheme, status, kind, body)


def reply(error: MainstayError, exchange: Exchange, scheme: str, status: int, kind: Header, body: Any) -> Reply:
    """The body of an error with its headers."""
    headers = [kind, *SECURITY, NO_STORE, VARY, *own_headers(error, status, exchange, scheme)]
    return Reply(status, headers, ENCODER.encode(body))


def phrase_of(status: int) -> str:
    """A status in words; there are more statuses than a standard names."""
    return PHRASES.get(status, "Error")


def own_headers(error: MainstayError, status: int, exchange: Exchange, scheme: str) -> list[Header]:
    """The headers that a status asks for."""
    headers = limit_headers(exchange.call) if exchange.call is not None else []
    if status == 401:
        wrong = ' error="invalid_token"' if scheme == "Bearer" and b"authorization" in exchange.headers else ""
        headers.append((b"www-authenticate", f"{scheme}{wrong}".encode()))
        if exchange.forget is not None:
            headers.append(exchange.forget)
    if error.allow:
        headers.append((b"allow", ", ".join(error.allow).encode()))
    if error.retry_after is not None:
        headers.append((b"retry-after", str(error.retry_after).encode()))
    if error.status == 415 and exchange.call is not None and exchange.call.operation.action == "update":
        headers.append(PATCHES)
    if error.status == 408:
        headers.append((b"connection", b"close"))
    return headers
