"""The forms a value can have on any wire: the narrow waist between kinds and projections."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

FormType = Literal["string", "boolean", "integer", "number", "object", "array", "any"]


class Form(msgspec.Struct, frozen=True):
    """What a value looks like to a caller, in the words that every protocol has.

    `minimum` and `maximum` bound numbers, the lengths are in characters, `shape` is the JSON Schema
    of a structured value as text (so that a form stays hashable).
    """

    type: FormType
    format: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    choices: tuple[str, ...] = ()
    shape: str | None = None
    hint: str = ""
    """A sentence that says what a right value is."""
    sample: str | None = None
    """A right value as JSON, for examples."""

    def json_schema(self) -> dict[str, Any]:
        """The form as JSON Schema 2020-12."""
        if self.shape is not None:
            schema: dict[str, Any] = msgspec.json.decode(self.shape)
            return schema | self.examples() if "examples" not in schema else schema
        schema = {} if self.type == "any" else {"type": self.type}
        for name in self.__struct_fields__:
            keyword = KEYWORDS.get(name)
            value = getattr(self, name)
            if keyword is not None and value is not None and value != ():
                schema[keyword] = plain(value)
        return schema | self.examples()

    def examples(self) -> dict[str, Any]:
        """The sample as JSON Schema writes it; nothing where there is none."""
        return {} if self.sample is None else {"examples": [msgspec.json.decode(self.sample)]}


def plain(value: Any) -> Any:
    """A part of a form as JSON writes it: a whole number without a fraction."""
    if isinstance(value, tuple):
        return list(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


KEYWORDS = {
    "format": "format",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
    "choices": "enum",
}
"""Names of a form's parts in JSON Schema."""


def listed(form: Form, most: int) -> str:
    """The JSON Schema, as text, of a list of different values of a form."""
    schema: dict[str, Any] = {"type": "array", "items": form.json_schema(), "maxItems": most, "uniqueItems": True}
    if form.sample is not None:
        schema["examples"] = [[msgspec.json.decode(form.sample)]]
    return msgspec.json.encode(schema).decode()
