"""One of a few words."""

from __future__ import annotations

import enum
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement

from mainstay.kinds.kind import ORDERED, Conversion
from mainstay.kinds.text import Text
from mainstay.wire import Form


def word(value: Any) -> str:
    """The word that a member of an enumeration stands for, or the word itself."""
    return str(value.value) if isinstance(value, enum.Enum) else value


class Choice(Text, frozen=True):
    """One of a closed list of words: text with a CHECK, never a type of the database's own.

    Python has a member of `members` where the words are those of an enumeration.
    """

    name = "choice"
    operators = ORDERED

    words: tuple[str, ...] = ()
    """The words."""
    members: type[enum.Enum] | None = None
    """The enumeration whose values they are."""

    def __post_init__(self) -> None:
        if not self.words or not all(isinstance(known, str) for known in self.words):
            raise ValueError(f"a choice is between words, not {self.words!r}")

    def form(self) -> Form:
        return Form("string", choices=self.words, hint=f"one of {', '.join(self.words)}")

    def annotation(self) -> Any:
        return Literal[self.words]

    def parse(self, text: str) -> Any:
        if text not in self.words:
            raise ValueError(f"is not one of {', '.join(self.words)}")
        return text

    def store(self, database: str) -> Conversion:
        return None if self.members is None else word

    def load(self, database: str) -> Conversion:
        if self.members is None:
            return None
        return {str(member.value): member for member in self.members}.__getitem__

    def wire(self, database: str) -> Conversion:
        return None

    def encode(self) -> Conversion:
        return None if self.members is None else word

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        return column.in_(self.words)

    def samples(self) -> tuple[Any, ...]:
        return self.words if self.members is None else tuple(self.members)
