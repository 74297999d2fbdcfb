"""JSON whose shape is a pydantic model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import BaseModel
from sqlalchemy import JSON
from sqlalchemy import Text as TextType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from mainstay.kinds.kind import Conversion, Kind
from mainstay.wire import Form


@dataclass(frozen=True, slots=True)
class Json(Kind):
    """A structured value, validated as `shape`; JSONB on PostgreSQL, text on SQLite."""

    name = "json"
    python = BaseModel
    operators = ("is_null",)

    shape: type[BaseModel] = BaseModel

    def column(self, database: str) -> TypeEngine[Any]:
        if database == "sqlite":
            return TextType()
        return JSONB() if database == "postgresql" else JSON()

    def form(self) -> Form:
        schema = msgspec.json.encode(self.shape.model_json_schema()).decode()
        return Form("object", shape=schema, hint=f"an object of the shape {self.shape.__name__}")

    def annotation(self) -> Any:
        return self.shape

    def parse(self, text: str) -> Any:
        return self.shape.model_validate_json(text)

    def store(self, database: str) -> Conversion:
        if database == "sqlite":
            return lambda value: value.model_dump_json() if isinstance(value, BaseModel) else msgspec.json.encode(value).decode()
        return lambda value: value.model_dump(mode="json") if isinstance(value, BaseModel) else value

    def load(self, database: str) -> Conversion:
        shape = self.shape
        return lambda value: shape.model_validate_json(value) if isinstance(value, str) else shape.model_validate(value)

    def wire(self, database: str) -> Conversion:
        return lambda value: msgspec.Raw(value.encode())

    def encode(self) -> Conversion:
        return lambda value: value.model_dump(mode="json")

    def samples(self) -> tuple[Any, ...]:
        return ()
