"""Bodies: one JSON object checked as a whole, every mistake told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pydantic
from pydantic import ConfigDict, Field, create_model

from mainstay.engine.call import NOTHING
from mainstay.engine.mistakes import LONGEST, MOST, Mistakes
from mainstay.operation import Application, Operation, Resource
from mainstay.storage import Storage

CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "value_error": "invalid",
}


class Bodies:
    """How the body of one write operation is checked; made once, from data."""

    def __init__(self, application: Application, storage: Storage, operation: Operation) -> None:
        resource: Resource = application.resource(operation.resource or "")
        parts = operation.body.parts if operation.body is not None else ()
        self.known = {field.name for field in resource.fields}
        self.columns = {part.name: resource.field(part.name).column for part in parts}
        self.stored = {f"f{place}": self.columns[part.name] for place, part in enumerate(parts)}
        """By the names of the model's attributes, which are not those that callers know: one may be `copy`."""
        definitions: dict[str, Any] = {}
        for name, part in zip(self.stored, parts, strict=True):
            annotation = storage.kind(resource.table, self.columns[part.name]).annotation()
            default = ... if part.required else None
            definitions[name] = (
                annotation | None if part.nullable else annotation,
                Field(default, validation_alias=part.name),
            )
        title = operation.body.name if operation.body is not None else operation.name
        self.model: type[pydantic.BaseModel] = create_model(title, __config__=ConfigDict(extra="forbid"), **definitions)

    def read(self, body: Any, mistakes: Mistakes) -> dict[str, Any]:
        """The values that the body gives, by column, in Python's form."""
        if body is NOTHING or not isinstance(body, Mapping):
            there = "there is none" if body is NOTHING else "it is not one"
            mistakes.add("", "wrong_type", f"the body must be a JSON object; {there}")
            return {}
        try:
            checked = self.model.model_validate(body)
        except pydantic.ValidationError as error:
            for mistake in error.errors(include_url=False, include_input=False, include_context=False)[:MOST]:
                self.tell(mistake, mistakes)
            return {}
        except ArithmeticError:
            mistakes.add("", "invalid", "a number in the body is out of range")
            return {}
        return {self.stored[name]: getattr(checked, name) for name in checked.model_fields_set}

    def tell(self, mistake: Any, mistakes: Mistakes) -> None:
        """One mistake in the words of this API."""
        place = path(mistake["loc"])
        code = CODES.get(mistake["type"], "wrong_type" if mistake["type"].endswith("_type") else mistake["type"])
        if code == "unknown_field" and place in self.known:
            mistakes.add(place, "not_writable", "cannot be written here")
        elif code == "unknown_field" and len(mistake["loc"]) == 1:
            mistakes.unknown(place, code, "is not a field that can be written", self.columns)
        elif code == "required":
            mistakes.add(place, code, "must be given")
        else:
            mistakes.add(place, code, str(mistake["msg"]).removeprefix("Value error, "))


def path(location: tuple[str | int, ...]) -> str:
    """A place in a body: `ingredients[2].amount`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part[:LONGEST]}" if text else part[:LONGEST]
    return text
