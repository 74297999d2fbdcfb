"""Bodies: one JSON object checked as a whole, every mistake told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pydantic
from pydantic import ConfigDict, Field, create_model

from mainstay.engine.asked import nearest
from mainstay.engine.call import NOTHING
from mainstay.errors import Detail, ValidationError
from mainstay.operation import Application, Operation, Resource
from mainstay.storage import Storage

CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "value_error": "invalid",
    "none_required": "wrong_type",
}


class Bodies:
    """How the body of one write operation is checked; made once, from data."""

    def __init__(self, application: Application, storage: Storage, operation: Operation) -> None:
        resource: Resource = application.resource(operation.resource or "")
        self.resource = resource
        self.parts = operation.body.parts if operation.body is not None else ()
        self.columns = {part.name: resource.field(part.name).column for part in self.parts}
        self.names: dict[str, str] = {}
        definitions: dict[str, Any] = {}
        for place, part in enumerate(self.parts):
            annotation = storage.kind(resource.table, self.columns[part.name]).annotation()
            if part.nullable:
                annotation = annotation | None if isinstance(annotation, type) else optional(annotation)
            default = ... if part.required else None
            definitions[f"f{place}"] = (annotation, Field(default, validation_alias=part.name))
            self.names[f"f{place}"] = part.name
        title = operation.body.name if operation.body is not None else operation.name
        self.model: type[pydantic.BaseModel] = create_model(title, __config__=ConfigDict(extra="forbid"), **definitions)

    def read(self, body: Any) -> dict[str, Any]:
        """The values that the body gives, by column, in Python's form; ValidationError where it is not right."""
        if body is NOTHING or not isinstance(body, Mapping):
            there = "there is none" if body is NOTHING else "it is not one"
            raise ValidationError(details=(Detail("", "wrong_type", f"the body must be a JSON object; {there}"),))
        try:
            checked = self.model.model_validate(body)
        except pydantic.ValidationError as error:
            details = tuple(self.detail(mistake) for mistake in error.errors(include_url=False, include_input=False))
            raise ValidationError(details=details) from None
        return {self.columns[self.names[name]]: getattr(checked, name) for name in checked.model_fields_set}

    def detail(self, mistake: Any) -> Detail:
        """One mistake in the words of this API."""
        place = path(mistake["loc"])
        code = CODES.get(mistake["type"], mistake["type"])
        message = str(mistake["msg"]).removeprefix("Value error, ")
        if code == "unknown_field":
            known = {field.name for field in self.resource.fields}
            if place in known:
                return Detail(place, "not_writable", "cannot be written here")
            message = f"is not a field that can be written; {nearest(place, self.columns)}"
        elif code == "required":
            message = "must be given"
        return Detail(place, code, message)


def optional(annotation: Any) -> Any:
    """The annotation, or null."""
    return annotation | None


def path(location: tuple[str | int, ...]) -> str:
    """A place in a body: `ingredients[2].amount`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
