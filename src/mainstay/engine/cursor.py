"""Cursors: a position in a list, which only this application can have made and nobody else can read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Any

import msgspec

from mainstay.engine.plan import RANKED, Order
from mainstay.engine.shapes import remembered
from mainstay.errors import InvalidCursor
from mainstay.kinds import Kind, Reference

SIGNATURE = 16
"""Bytes of the keyed hash in front."""
STREAM = 64
"""Bytes of a stream that one keyed hash makes."""


class Position(msgspec.Struct, frozen=True):
    """The values of the order's columns in one row, and whether what is before it is wanted."""

    values: tuple[Any, ...]
    backward: bool


class Cursors:
    """The cursors of one list.

    A position is the values of the order's columns in a row; in an order by relevance, how many rows are
    before it.  It holds values of columns that its reader may not be allowed to see, so that it is hidden as
    well as signed: the keyed hash of list, order and position is sent in front, and the position is sent
    under a stream of bytes that begins from that hash (as in RFC 5297).
    """

    def __init__(self, key: bytes, name: str, kinds: Mapping[str, Kind]) -> None:
        signing = hashlib.blake2b(key, digest_size=32, person=b"cursor signed").digest()
        self.hiding = hashlib.blake2b(key, digest_size=32, person=b"cursor hidden").digest()
        self.signing = hashlib.blake2b(key=signing, digest_size=SIGNATURE)
        self.streaming = hashlib.blake2b(key=self.hiding, digest_size=STREAM)
        """Hashes with nothing but a key in them: a copy takes the rest."""
        self.name = name
        self.kinds = kinds
        self.orders: dict[Order, tuple[hashlib.blake2b, msgspec.msgpack.Decoder[Any]]] = {}

    def write(self, order: Order, values: Sequence[Any], *, backward: bool, about: str = "") -> str:
        """The cursor for a position under an order, in a list of what was searched for."""
        signing, _ = self.of(order)
        payload = msgspec.msgpack.encode((backward, *values))
        signature = sign(signing, about, payload)
        return base64.urlsafe_b64encode(signature + self.hide(signature, payload)).rstrip(b"=").decode()

    def read(self, order: Order, text: str, about: str = "") -> Position:
        """The position that a cursor means; InvalidCursor where it was made for another list, order or search."""
        signing, decoder = self.of(order)
        try:
            raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
            signature = raw[:SIGNATURE]
            payload = self.hide(signature, raw[SIGNATURE:])
            if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
                raise InvalidCursor
            if not compare_digest(signature, sign(signing, about, payload)):
                raise InvalidCursor
            backward, *values = decoder.decode(payload)
        except ValueError as error:
            raise InvalidCursor from error
        return Position(tuple(values), backward)

    def of(self, order: Order) -> tuple[hashlib.blake2b, msgspec.msgpack.Decoder[Any]]:
        """The hash that begins with the key, the list and the order, and what reads the values."""
        known = self.orders.get(order)
        if known is None:
            ranked = order[0] == RANKED
            types = (bool, int) if ranked else (bool, *[python_type(self.kinds[column]) for column, _ in order])
            decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(types_of(types))
            signing = self.signing.copy()
            signing.update(f"{self.name} {order!r}\0".encode())
            known = signing, decoder
            remembered(self.orders, order, known)
        return known

    def hide(self, signature: bytes, payload: bytes) -> bytes:
        """The payload under the stream that its signature begins; the same again shows it."""
        length = len(payload)
        if length <= STREAM:
            streaming = self.streaming.copy()
            streaming.update(signature)
            stream = streaming.digest()[:length]
        else:
            stream = hashlib.shake_256(self.hiding + signature).digest(length)
        return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(length, "big")


def sign(signing: hashlib.blake2b, about: str, payload: bytes) -> bytes:
    """The keyed hash of a position in one list under one order."""
    signing = signing.copy()
    if about:
        signing.update(about.encode())
    signing.update(payload)
    return signing.digest()


def types_of(types: tuple[Any, ...]) -> Any:
    """The type of a tuple with values of these types."""
    return tuple.__class_getitem__(types)


def python_type(kind: Kind) -> Any:
    """The type of a column's values, or null."""
    return (kind.key if isinstance(kind, Reference) else kind).python | None
