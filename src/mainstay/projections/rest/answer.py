"""From an answer to the bytes of HTTP: status, headers, body."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from mainstay.engine import Answer, Call, Meta
from mainstay.engine.limiter import Meter
from mainstay.projections.rest.exchange import Headers

Header = tuple[bytes, bytes]


class Reply(msgspec.Struct):
    """What is sent back."""

    status: int
    headers: list[Header]
    body: bytes


ENCODER = msgspec.json.Encoder()
JSON: Header = (b"content-type", b"application/json")
PRIVATE: Header = (b"cache-control", b"private, no-cache")
"""A reader may keep it and asks each time whether it still holds."""
NO_STORE: Header = (b"cache-control", b"no-store")
VARY: Header = (b"vary", b"Authorization, Cookie, Accept")
SECURITY: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""Headers of every answer."""

TAG = re.compile(r'(W/)?"([^"]*)"')


class Data(msgspec.Struct):
    """The body of an answer with one thing."""

    data: Any


class Listed(msgspec.Struct):
    """The body of an answer with a list."""

    data: Any
    meta: Meta


def encoded(data: Any, meta: Meta | None) -> bytes:
    """The body of an answer."""
    if meta is None:
        return ENCODER.encode(Data(data))
    return ENCODER.encode(Listed(data, meta))


def not_modified(headers: Headers, version: str) -> bool:
    """Whether If-None-Match has this version, compared weakly (RFC 9110, 13.1.2)."""
    given = headers.get(b"if-none-match")
    if given is None:
        return False
    text = given.decode("latin-1")
    return text.strip() == "*" or any(tag == version for _, tag in TAG.findall(text))


def matches(given: str, version: str | None) -> bool:
    """Whether If-Match has this version, compared strongly (RFC 9110, 13.1.1); what has none is only matched by *."""
    return given.strip() == "*" or any(tag == version and not weak for weak, tag in TAG.findall(given))


def entity_tag(answer: Answer) -> Header:
    """ETag with the answer's version."""
    return (b"etag", f'"{answer.version}"'.encode())


def limit_headers(call: Call) -> list[Header]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10), one member for each limit."""
    if not call.meters:
        return []
    policy, state = written_limits(call.meters)
    return [policy, (b"ratelimit", state % call.left)]


@lru_cache(256)
def written_limits(meters: tuple[Meter, ...]) -> tuple[Header, bytes]:
    """RateLimit-Policy of limits, and RateLimit with a place for the two numbers of each."""
    policies: list[str] = []
    states: list[str] = []
    seen: dict[str, int] = {}
    for meter in meters:
        seen[meter.per] = place = seen.get(meter.per, 0) + 1
        name = f'"{meter.per}"' if place == 1 else f'"{meter.per}-{place}"'
        policies.append(f"{name};q={meter.calls};w={meter.seconds:.0f}")
        states.append(f"{name};r=%d;t=%d")
    return (b"ratelimit-policy", ", ".join(policies).encode()), ", ".join(states).encode()
