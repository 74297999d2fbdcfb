"""Identifiers: UUIDs of version 7, which sort by the time they were made."""

from __future__ import annotations

import os
import time
import uuid
from typing import Annotated, Any

import msgspec
from pydantic import PlainValidator
from sqlalchemy import Text as TextType, Uuid
from sqlalchemy.types import TypeEngine

from mainstay.kinds.kind import ORDERED, Conversion, Kind
from mainstay.wire import Form


def uuid7() -> uuid.UUID:
    """A new UUID of version 7 (RFC 9562, 5.7).

    It has 48 bits of milliseconds, 12 of their fraction (6.2, method 3) and 62 random ones.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random)


DECODE = msgspec.json.Decoder(uuid.UUID).decode
"""Takes a tenth of the time of `UUID`; of JSON text."""


def stored_uuid(text: str) -> uuid.UUID:
    """The UUID that SQLite has as text."""
    return DECODE(f'"{text}"')


class Identifier(Kind, frozen=True):
    """A UUID (RFC 9562) of any version; those made here are of version 7."""

    name = "uuid"
    python = uuid.UUID
    operators = ORDERED

    digits: bool = False
    """Whether SQLite has the 32 digits alone, as SQLAlchemy's own `Uuid` keeps them."""

    def column(self, database: str) -> TypeEngine[Any]:
        return TextType() if database == "sqlite" else Uuid()

    def form(self) -> Form:
        return Form("string", format="uuid", hint="a UUID such as 019a0b1c-2d3e-7f40-8152-637485960718")

    def annotation(self) -> Any:
        return Annotated[uuid.UUID, PlainValidator(self.from_json)]

    def from_json(self, value: object) -> uuid.UUID:
        """The UUID that a JSON value means."""
        if isinstance(value, uuid.UUID):
            return value
        if isinstance(value, str):
            return self.parse(value)
        raise ValueError("is not a UUID in a string")

    def parse(self, text: str) -> uuid.UUID:
        """The UUID that 36 characters mean; the other spellings that Python takes are refused."""
        if len(text) == 36:
            try:
                return DECODE(f'"{text}"')
            except (msgspec.DecodeError, UnicodeEncodeError):
                pass
        raise ValueError("is not a UUID such as 019a0b1c-2d3e-7f40-8152-637485960718")

    def store(self, database: str) -> Conversion:
        if database == "sqlite":
            return (lambda value: value.hex) if self.digits else msgspec.to_builtins  # `str`, in C
        return None

    def load(self, database: str) -> Conversion:
        return stored_uuid if database == "sqlite" else None

    def wire(self, database: str) -> Conversion:
        return self.load(database) if self.digits else None

    def samples(self) -> tuple[Any, ...]:
        return (
            uuid.UUID("019a0b1c-2d3e-7f40-8152-637485960718"),
            uuid.UUID(int=0),
            uuid.UUID(int=2**128 - 1),
        )
