"""True or false."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Strict
from sqlalchemy import Boolean as BooleanType, Column, ColumnElement, Integer
from sqlalchemy.types import TypeEngine

from mainstay.kinds.kind import EQUAL, Conversion, Inline, Kind
from mainstay.wire import Form

WORDS = {"true": True, "false": False}


class Boolean(Kind, frozen=True):
    """True or false; 0 or 1 on SQLite."""

    name = "boolean"
    python = bool
    operators = EQUAL

    def column(self, database: str) -> TypeEngine[Any]:
        return Integer() if database == "sqlite" else BooleanType(create_constraint=False)

    def form(self) -> Form:
        return Form("boolean", hint="true or false")

    def annotation(self) -> Any:
        return Annotated[bool, Strict()]

    def parse(self, text: str) -> Any:
        if text not in WORDS:
            raise ValueError("is not true or false")
        return WORDS[text]

    def store(self, database: str) -> Conversion:
        return int if database == "sqlite" else None

    def load(self, database: str) -> Conversion:
        return bool if database == "sqlite" else None

    def wire(self, database: str) -> Conversion:
        return Inline(bool, "not not {0}") if database == "sqlite" else None

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        return column.in_([True, False])

    def samples(self) -> tuple[Any, ...]:
        return (True, False)
