"""From an HTTP request to a call: key, parameters, credentials, body."""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mainstay import strict_json
from mainstay.engine.call import Call, Gone
from mainstay.errors import Detail, PayloadTooLarge, RequestTimeout, UnsupportedMediaType, ValidationError
from mainstay.identity import Credentials
from mainstay.projections.rest.cookies import SCHEME
from mainstay.projections.rest.exchange import Headers, Receive

LONGEST_QUERY = 8192
"""Bytes."""
MOST_PARAMETERS = 100
LONGEST_CREDENTIALS = 8192
"""Bytes."""
MOST_TYPES = 256
"""Values of Content-Type that are remembered."""

BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
PATCHES = ("application/merge-patch+json", "application/json-patch+json")
"""Types that are JSON and mean a change, each of its own kind."""


def parameters_of(query: bytes) -> list[tuple[str, str]]:
    """The parameters in their order; ValidationError where the query cannot be read."""
    if len(query) > LONGEST_QUERY:
        raise ValidationError(f"The query has more than {LONGEST_QUERY} bytes.")
    text = query.decode("latin-1")
    if "%" in text or "+" in text or not text.isascii():
        found = [tuple(unquoted(part) for part in part.partition("=")[::2]) for part in text.split("&") if part]
    else:
        found = [part.partition("=")[::2] for part in text.split("&") if part]
    if len(found) > MOST_PARAMETERS:
        raise ValidationError(f"The query has more than {MOST_PARAMETERS} parameters.")
    return found  # type: ignore[return-value]


def unquoted(part: str) -> str:
    """A name or value without its percent-encoding."""
    return decoded(part.replace("+", " "), "query", part)


def decoded(text: str, where: str, shown: str) -> str:
    """Percent-decoded text; ValidationError where it is not UTF-8 or badly encoded."""
    if BROKEN_PERCENT.search(text) is None:
        try:
            return unquote_to_bytes(text.encode("latin-1")).decode()
        except UnicodeDecodeError:
            pass
    what = Detail(shown[:100], "wrong_encoding", "is not percent-encoded UTF-8")
    raise ValidationError(f"The {where} cannot be read.", details=(what,))


def credentials_of(headers: Headers) -> Credentials | None:
    """What Authorization shows; None where there is no such header.  What a cookie shows is not taken from it."""
    value = headers.get(b"authorization")
    if value is None:
        return None
    if len(value) > LONGEST_CREDENTIALS:
        raise ValidationError(f"The header Authorization has more than {LONGEST_CREDENTIALS} bytes.")
    scheme, _, rest = value.decode("latin-1").partition(" ")
    scheme = scheme.lower()
    return Credentials("" if scheme == SCHEME else scheme, rest.strip())


def text_of(headers: Headers, name: bytes) -> str | None:
    """A header as text; None where it is not there."""
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


async def read_body(method: str, limit: int, seconds: float, headers: Headers, receive: Receive, call: Call) -> None:
    """Reads into the call the decoded body of at most `limit` bytes, which may take `seconds` to arrive.

    Raises UnsupportedMediaType, PayloadTooLarge, RequestTimeout, MalformedBody; Gone where the caller left.
    """
    check_type(headers, method)
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        raise ValidationError("The header Content-Length is not a number.")
    if len(length) > 18 or int(length) > limit:
        raise PayloadTooLarge(f"The body has more than {limit} bytes, which is the most that is taken here.")
    try:
        async with asyncio.timeout(seconds):
            body = await received(receive, limit)
    except TimeoutError:
        raise RequestTimeout(f"The body did not arrive within {seconds:g} seconds.") from None
    call.body = strict_json.decode(body)


async def received(receive: Receive, limit: int) -> bytes:
    """The whole body, stopped where it goes beyond `limit` bytes."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise PayloadTooLarge(f"The body has more than {limit} bytes, which is the most that is taken here.")
        if not message.get("more_body", False):
            return part if not parts else b"".join((*parts, part))
        parts.append(part)


def check_type(headers: Headers, method: str) -> None:
    """Raises UnsupportedMediaType where the body is said to be something else than JSON."""
    wrong = wrong_type(headers.get(b"content-type", b""), method)
    if wrong is not None:
        raise UnsupportedMediaType(wrong)
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")


@lru_cache(MOST_TYPES)
def wrong_type(given: bytes, method: str) -> str | None:
    """What is wrong with a type, or None."""
    wanted = "Send Content-Type: application/json" + (" or application/merge-patch+json." if method == "PATCH" else ".")
    media, *parameters = (word.strip().lower() for word in given.decode("latin-1").split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip('" ') not in ("utf-8", "utf8"):
            return "JSON is UTF-8; send it without another charset."
    if media == "application/json" or (media == PATCHES[0] and method == "PATCH"):
        return None
    if media.startswith("application/") and media.endswith("+json") and media not in PATCHES:
        return None
    return wanted
