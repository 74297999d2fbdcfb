"""JSON whose shape is a pydantic model."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, BeforeValidator, ValidationError
from sqlalchemy import JSON, Text as TextType
from sqlalchemy.types import TypeEngine

from mainstay.dialects import postgresql
from mainstay.kinds.kind import Conversion, Kind
from mainstay.kinds.text import without_nul
from mainstay.wire import Form


def storable(value: Any) -> Any:
    """The value, where no text in it, nor a name, has a character that no database can store."""
    if isinstance(value, str):
        without_nul(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            storable(name)
            storable(part)
    elif isinstance(value, list):
        for part in value:
            storable(part)
    return value


WORDS = {"object": "an object", "array": "a list"}
"""What a shape is, by its type in JSON Schema."""


class Json(Kind, frozen=True):
    """A structured value, validated as `shape`; JSONB on PostgreSQL, text on SQLite.

    The shape's names come in its order; those of a free mapping inside it in the database's.

    Samples are the shape's own: `model_config = {"json_schema_extra": {"examples": [..]}}`, and what it
    is without arguments.
    """

    name = "json"
    python = BaseModel
    operators = ("is_null",)

    shape: type[BaseModel] = BaseModel
    """What the value is validated as."""

    def column(self, database: str) -> TypeEngine[Any]:
        if database == "sqlite":
            return TextType()
        return postgresql().JSONB(none_as_null=True) if database == "postgresql" else JSON(none_as_null=True)

    def form(self) -> Form:
        schema = self.shape.model_json_schema()
        what = WORDS.get(schema.get("type", ""), "a value")
        hint = f"{what} of the shape {self.shape.__name__}"
        return Form("object", shape=msgspec.json.encode(schema).decode(), hint=hint)

    def annotation(self) -> Any:
        return Annotated[self.shape, BeforeValidator(storable)]

    def parse(self, text: str) -> Any:
        try:
            return self.shape.model_validate(storable(msgspec.json.decode(text)))
        except (ValueError, msgspec.MsgspecError) as error:
            raise ValueError(f"is not {self.form().hint}") from error

    def store(self, database: str) -> Conversion:
        shape = self.shape
        if database == "sqlite":
            return lambda value: shape.model_validate(value).model_dump_json(by_alias=True)
        return lambda value: shape.model_validate(value).model_dump(mode="json", by_alias=True)

    def load(self, database: str) -> Conversion:
        shape = self.shape
        return lambda value: shape.model_validate_json(value) if isinstance(value, str) else shape.model_validate(value)

    def wire(self, database: str) -> Conversion:
        if database == "sqlite":
            return lambda value: msgspec.Raw(value.encode())
        shape = self.shape  # JSONB has its own order of names
        return lambda value: msgspec.Raw(shape.model_validate_json(value).model_dump_json(by_alias=True).encode())

    def encode(self) -> Conversion:
        return lambda value: msgspec.Raw(value.model_dump_json(by_alias=True).encode())

    def samples(self) -> tuple[Any, ...]:
        extra = self.shape.model_config.get("json_schema_extra")
        examples: Any = extra.get("examples", ()) if isinstance(extra, dict) else ()
        samples = [self.shape.model_validate(example) for example in examples]
        try:
            samples.append(self.shape())
        except ValidationError:
            pass
        return tuple(sample for place, sample in enumerate(samples) if sample not in samples[:place])
