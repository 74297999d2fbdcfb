"""One HTTP request while it is answered: what every part of REST needs to know of it."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec

from mainstay.engine import Call
from mainstay.errors import ValidationError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

Headers = dict[bytes, bytes]

KEY = "mainstay.exchange"
"""Where the exchange stands in the scope, for what runs inside."""

WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{1,64}").fullmatch
"""Of a request's id that a caller brings."""

ONCE = frozenset((b"authorization", b"content-length", b"content-type", b"content-encoding", b"host"))
"""Headers that mean one thing or nothing: twice is refused, as two parts could each believe another one."""


class Exchange(msgspec.Struct):
    """One request, from its first part to be read to its last to be written."""

    method: str
    path: str
    headers: Headers
    """By name in lower case; those that came twice are joined (RFC 9110, 5.3; RFC 9113, 8.2.3)."""
    request_id: str
    address: str
    """Where the caller is, as far as the proxies in front can be believed."""
    call: Call | None = None
    """The call that it became, once it has."""
    forget: tuple[bytes, bytes] | None = None
    """The header that lets a browser drop the cookie that it has sent, once one was read."""
    broke: BaseException | None = None
    """What was raised that nobody had foreseen, once it has been told to the caller and the log."""


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers by name; ValidationError where two of them could each be believed (RFC 9112, 6.1)."""
    raw = raw if isinstance(raw, list) else list(raw)
    headers = dict(raw)
    if len(headers) != len(raw):
        headers = joined(raw)
    if b"transfer-encoding" in headers and b"content-length" in headers:
        raise ValidationError("The body has both a Content-Length and a Transfer-Encoding; send one of them.")
    return headers


def joined(raw: list[tuple[bytes, bytes]]) -> Headers:
    """The headers by name, those that came twice joined."""
    headers: Headers = {}
    for name, value in raw:
        if name not in headers:
            headers[name] = value
        elif name in ONCE:
            raise ValidationError(f"The header {name.decode('latin-1').title()} is given twice.")
        else:
            headers[name] = headers[name] + (b"; " if name == b"cookie" else b", ") + value
    return headers


def request_id_of(headers: Headers) -> str:
    """The id that the caller brings where it is well formed, else a new one."""
    given = headers.get(b"x-request-id")
    return os.urandom(16).hex() if given is None or WELL_FORMED(given) is None else given.decode("ascii")
