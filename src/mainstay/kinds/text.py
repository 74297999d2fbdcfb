"""Text: characters in code point order."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import Column, ColumnElement, String, Text as TextType, and_, func
from sqlalchemy.types import TypeEngine

from mainstay.kinds.kind import TEXTUAL, Kind
from mainstay.wire import Form

SURROGATE = re.compile("[\ud800-\udfff]")


def without_nul(value: str) -> str:
    """The text, which no database can store with the character U+0000 or a lone surrogate in it."""
    if "\x00" in value:
        raise ValueError("the character U+0000 is not allowed")
    if SURROGATE.search(value):
        raise ValueError("half a surrogate pair is not a character")
    return value


class Text(Kind, frozen=True):
    """Characters.  Lengths are in code points; `collation` is PostgreSQL's, code points order by default."""

    name = "text"
    python = str
    operators: ClassVar[tuple[str, ...]] = TEXTUAL

    min_length: int = 0
    """The fewest characters."""
    max_length: int | None = None
    """The most characters; None for no end."""
    pattern: str | None = None
    """A regular expression that the text matches."""
    collation: str | None = None
    """PostgreSQL's order of characters, where code point order is not wanted."""

    def column(self, database: str) -> TypeEngine[Any]:
        if database == "sqlite":
            return TextType()
        collation = (self.collation or "C") if database == "postgresql" else None
        return String(self.max_length, collation=collation) if self.max_length else TextType(collation=collation)

    def form(self) -> Form:
        return Form("string", min_length=self.min_length or None, max_length=self.max_length, pattern=self.pattern)

    def annotation(self) -> Any:
        return Annotated[str, self.limits(), AfterValidator(without_nul)]

    def limits(self) -> StringConstraints:
        """The lengths and the pattern, as pydantic checks them."""
        return StringConstraints(
            min_length=self.min_length or None, max_length=self.max_length, pattern=self.pattern, strict=True
        )

    def parse(self, text: str) -> Any:
        return without_nul(text)

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        bounds = []
        if self.min_length:
            bounds.append(func.length(column) >= self.min_length)
        if self.max_length is not None:
            bounds.append(func.length(column) <= self.max_length)
        return and_(*bounds) if bounds else None

    def samples(self) -> tuple[Any, ...]:
        words = ("Pasta al forno", "a" * max(1, self.min_length), "Älplermagronen ü 雪")
        longest = ("z" * self.max_length,) if self.max_length and self.max_length <= 1000 else ()
        fitting = [word for word in (*words, *longest) if self.fits(word)]
        return tuple(dict.fromkeys(fitting))

    def fits(self, text: str) -> bool:
        """Whether `text` keeps the lengths and the pattern."""
        long = self.max_length is not None and len(text) > self.max_length
        return not long and len(text) >= self.min_length and (not self.pattern or bool(re.search(self.pattern, text)))
