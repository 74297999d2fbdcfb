"""One of a few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement

from mainstay.kinds.kind import ORDERED
from mainstay.kinds.text import Text
from mainstay.wire import Form


@dataclass(frozen=True, slots=True)
class Choice(Text):
    """One of a closed list of words: text with a CHECK, never a type of the database's own."""

    name = "choice"
    operators = ORDERED

    words: tuple[str, ...] = ()

    def form(self) -> Form:
        return Form("string", choices=self.words, hint=f"one of {', '.join(self.words)}")

    def annotation(self) -> Any:
        return Literal[self.words]

    def parse(self, text: str) -> Any:
        if text not in self.words:
            raise ValueError(f"is not one of {', '.join(self.words)}")
        return text

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        return column.in_(self.words)

    def samples(self) -> tuple[Any, ...]:
        return self.words
