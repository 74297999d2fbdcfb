"""Cursors: a position in a list, which only this application can have made."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import msgspec

from mainstay.errors import InvalidCursor
from mainstay.kinds import Kind

SIGNATURE = 12
"""Bytes of the keyed hash in front."""


@dataclass(frozen=True, slots=True)
class Position:
    """The values of the order's columns in one row, and whether what is before it is wanted."""

    values: tuple[Any, ...]
    backward: bool


def sign(key: bytes, context: str, payload: bytes) -> bytes:
    """The keyed hash of a position in one list under one order."""
    return hashlib.blake2b(context.encode() + b"\0" + payload, key=key, digest_size=SIGNATURE).digest()


def write(key: bytes, context: str, values: Sequence[Any], *, backward: bool) -> str:
    """The cursor for a position; `context` names the list and its order."""
    payload = msgspec.json.encode([backward, *values])
    return base64.urlsafe_b64encode(sign(key, context, payload) + payload).rstrip(b"=").decode()


def read(key: bytes, context: str, text: str, kinds: Sequence[Kind]) -> Position:
    """The position that a cursor means; InvalidCursor where it was not made here for this list and order."""
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except ValueError as error:
        raise InvalidCursor from error
    payload = raw[SIGNATURE:]
    if not compare_digest(raw[:SIGNATURE], sign(key, context, payload)):
        raise InvalidCursor
    backward, *values = msgspec.json.decode(payload)
    return Position(
        tuple(kind.parse(v) if isinstance(v, str) else v for kind, v in zip(kinds, values, strict=True)), backward
    )
