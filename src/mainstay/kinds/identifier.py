"""Identifiers: UUIDs of version 7, which sort by the time they were made."""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator
from sqlalchemy import Text as TextType
from sqlalchemy import Uuid
from sqlalchemy.types import TypeEngine

from mainstay.kinds.kind import ORDERED, Conversion, Kind
from mainstay.wire import Form


def uuid7() -> uuid.UUID:
    """A new UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


@dataclass(frozen=True, slots=True)
class Identifier(Kind):
    """A UUID (RFC 9562) of any version; those made here are of version 7."""

    name = "uuid"
    python = uuid.UUID
    operators = ORDERED

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
        raise ValueError("is not a UUID")

    def parse(self, text: str) -> uuid.UUID:
        """The UUID that 36 characters mean; the other spellings that Python takes are refused."""
        if len(text) != 36 or not text.isascii():
            raise ValueError("is not a UUID")
        try:
            return uuid.UUID(text)
        except ValueError as error:
            raise ValueError("is not a UUID") from error

    def store(self, database: str) -> Conversion:
        return str if database == "sqlite" else None

    def load(self, database: str) -> Conversion:
        return uuid.UUID if database == "sqlite" else None

    def wire(self, database: str) -> Conversion:
        return None

    def samples(self) -> tuple[Any, ...]:
        return (
            uuid.UUID("019a0b1c-2d3e-7f40-8152-637485960718"),
            uuid.UUID(int=0),
            uuid.UUID(int=2**128 - 1),
        )
