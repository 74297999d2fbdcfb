"""Answers, bodies, errors and credentials as somebody else has specified them, decided when an endpoint is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from mainstay import errors, template
from mainstay.engine import Call, Meta
from mainstay.engine.call import NOTHING
from mainstay.errors import Detail, MainstayError, ValidationError
from mainstay.identity import Credentials
from mainstay.operation import Application, Letter, Operation
from mainstay.projections.rest.answer import ENCODER, encoded
from mainstay.projections.rest.exchange import Headers, Receive
from mainstay.projections.rest.request import credentials_of

Encode = Callable[[Any, Meta | None], bytes]
Read = Callable[[Headers, Receive, Call], Awaitable[None]]


def encoder(operation: Operation) -> Encode:
    """What writes the body of an operation's answers."""
    if operation.answer_as is None:
        return encoded
    write = template.writer(msgspec.json.decode(operation.answer_as))

    def encode(data: Any, meta: Meta | None) -> bytes:
        return ENCODER.encode(write(values_of(data, meta), ()))

    return encode


def values_of(data: Any, meta: Meta | None) -> dict[str, Any]:
    """The values of the names in an answer's template."""
    values = {"row": data, "rows": data, "count": len(data) if isinstance(data, list) else 1}
    if meta is not None:
        passed = meta.offset if meta.page is None else (meta.page - 1) * meta.limit
        values |= {"total": meta.total, "limit": meta.limit, "offset": passed, "page": meta.page}
        values |= {"next": meta.next, "previous": meta.previous}
    return values


def opening(operation: Operation, read: Read) -> Read:
    """What reads the body of an operation's calls and takes it out of its envelope."""
    if operation.body_as is None:
        return read
    envelope = msgspec.json.decode(operation.body_as)
    path = template.path(envelope, "body") or ()

    async def opened(headers: Headers, receive: Receive, call: Call) -> None:
        await read(headers, receive, call)
        if call.body is not NOTHING:
            call.body = inside(call.body, path)

    return opened


def inside(body: Any, path: template.Path) -> Any:
    """What stands at a place in a body; ValidationError names the member that is missing or does not belong there."""
    for key in path:
        if not isinstance(body, dict) or key not in body:
            told = (Detail(str(key), "required", "must be given"),)
            raise ValidationError(f"The body must be a JSON object with {key}.", details=told)
        beside = [Detail(name[:100], "unknown_field", f"does not belong beside {key}") for name in body if name != key]
        if beside:
            raise ValidationError(details=tuple(beside))
        body = body[key]
    return body


def credentials_reader(letter: Letter, scheme: str) -> Callable[[Headers], Credentials | None]:
    """What reads Authorization: under the specified scheme, which the identity knows as its own, and under no other."""
    if letter.scheme is None:
        return credentials_of
    specified, own = letter.scheme.lower(), scheme.lower()

    def read(headers: Headers) -> Credentials | None:
        given = credentials_of(headers)
        if given is None:
            return None
        return Credentials(own if given.scheme == specified else "", given.value)

    return read


def statuses(letter: Letter) -> dict[str, int]:
    """The status of each code."""
    given = dict(letter.statuses)
    known = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, MainstayError)]
    return {one.code: status_of(one, given, one.status) for one in known}


def status_of(kind: type[MainstayError], given: dict[str, int], otherwise: int) -> int:
    """The status of a class of errors, or of the nearest one above it that has been given one."""
    codes = [getattr(above, "code", "") for above in kind.__mro__]
    return next((given[code] for code in codes if code in given), otherwise)


def failure_values(error: MainstayError, status: int, title: str, request_id: str) -> dict[str, Any]:
    """The values of the names in the template of errors."""
    return {
        "status": status,
        "title": title,
        "code": error.code,
        "message": error.message,
        "request_id": request_id,
    }


def details_of(error: MainstayError, general: str) -> list[dict[str, str]]:
    """What is wrong, one thing each; the error itself where it has no details."""
    details = error.details or (Detail("", error.code.lower(), error.message),)
    return [{"field": detail.field or general, "reason": detail.code, "detail": detail.message} for detail in details]


def scheme_of(application: Application, scheme: str) -> str:
    """What stands before credentials in Authorization."""
    return application.letter.scheme or scheme
