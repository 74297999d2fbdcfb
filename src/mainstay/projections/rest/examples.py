"""Examples in the OpenAPI document: of values, bodies, answers and errors, made of the samples of kinds."""

from __future__ import annotations

from typing import Any

import msgspec

from mainstay import errors, template
from mainstay.errors import MainstayError
from mainstay.operation import Application, Include, Letter, Operation, Part, Resource, Shape
from mainstay.policy.tree import Always
from mainstay.projections.rest.failure import phrase_of
from mainstay.projections.rest.lettered import details_of, failure_values, statuses
from mainstay.wire import Form

Json = dict[str, Any]

NONE: Any = object()
"""Where there is no example."""

REQUEST_ID = "019a0b1c2d3e7f408152637485960718"
CURSOR_META: Json = {"limit": 20, "next": None, "previous": None}
"""What stands beside the one row of an example."""


def example_of(form: Form) -> Any:
    """A value of a form; NONE where nothing says what one looks like."""
    if form.sample is not None:
        return msgspec.json.decode(form.sample)
    return NONE if form.shape is None else of_schema(msgspec.json.decode(form.shape))


def of_schema(schema: Json, definitions: Json | None = None) -> Any:
    """A value of a JSON Schema, as far as the schema itself has examples."""
    definitions = schema.get("$defs", {}) if definitions is None else definitions
    reference = schema.get("$ref", "").removeprefix("#/$defs/")
    if reference in definitions:
        return of_schema(definitions[reference], {**definitions, reference: {}})
    for name in ("examples", "enum"):
        if schema.get(name):
            return schema[name][0]
    if schema.get("type") == "array":
        item = of_schema(schema.get("items", {}), definitions)
        return NONE if item is NONE else [item]
    if schema.get("type") == "object" and "properties" in schema:
        members = {name: of_schema(one, definitions) for name, one in schema["properties"].items()}
        missing = any(members.get(name, NONE) is NONE for name in schema.get("required", ()))
        return NONE if missing else {name: value for name, value in members.items() if value is not NONE}
    return NONE


def of_shape(shape: Shape) -> Any:
    """An object of a shape; NONE where a part that it must have has no example."""
    if shape.form is not None:
        return example_of(shape.form)
    members = {part.name: of_part(part) for part in shape.parts}
    if any(members[part.name] is NONE for part in shape.parts if part.required and not part.nullable):
        return NONE
    return {name: value for name, value in members.items() if value is not NONE}


def of_part(part: Part) -> Any:
    """A value of a part."""
    if part.each is None:
        value = example_of(part.form)
        return None if value is NONE and part.nullable and part.required else value
    each = of_shape(part.each)
    return NONE if each is NONE else [each]


def of_body(operation: Operation) -> Any:
    """A body that an operation takes."""
    body = NONE if operation.body is None else of_shape(operation.body)
    if body is NONE or operation.body_as is None:
        return body
    return template.writer(msgspec.json.decode(operation.body_as))({"body": body}, ())


def of_answer(operation: Operation, resource: Resource | None, application: Application) -> Any:
    """A body that an operation answers; `resource` is the one whose rows it answers."""
    one = NONE if operation.answer is None else of_shape(operation.answer)
    one = one if one is NONE or resource is None else with_embedded(one, resource, application)
    if one is NONE:
        return NONE
    data = [one] if operation.many else one
    if operation.answer_as is not None:
        values = {"row": data, "rows": data, "count": 1, "total": 1, "limit": 20, "offset": 0, "page": 1}
        values |= {"next": None, "previous": None}
        return template.writer(msgspec.json.decode(operation.answer_as))(values, ())
    return {"data": data, "meta": CURSOR_META} if operation.action == "list" else {"data": data}


def with_embedded(row: Json, resource: Resource, application: Application) -> Any:
    """A row with what is always answered inside of it; NONE where there is no example of that."""
    for include in resource.includes:
        if include.embedded:
            one = of_embedded(include, application)
            if one is NONE:
                return NONE
            row |= {include.name: [one] if include.many else one}
    return row


def of_embedded(include: Include, application: Application) -> Any:
    """A row, or a value of one, that is always answered inside of another."""
    target = application.resource(include.resource)
    if include.value is not None:
        return example_of(next(field.form for field in target.fields if field.column == include.value))
    row = of_shape(row_shape(target))
    return row if row is NONE else with_embedded(row, target, application)


def row_shape(resource: Resource) -> Shape:
    """What is answered of a row; a field that not everybody may read is left out for some."""
    parts = [
        Part(field.name, field.form, field.read == Always(True), field.nullable, field.description)
        for field in resource.fields
        if field.readable
    ]
    return Shape(resource.title, tuple(parts), resource.row)


def of_errors(letter: Letter) -> Json:
    """An example of each error by its code, and one as problem details by its code and `.problem`."""
    by_code = statuses(letter)
    found: Json = {}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, MainstayError):
            words = (kind.__doc__ or "").partition("\n")[0]
            error, status = made(kind), by_code[kind.code]
            problem = {"type": "about:blank", "title": phrase_of(status), "status": status, "detail": error.message}
            parts = {"code": error.code, "details": [], "request_id": REQUEST_ID}
            found[kind.code] = {"summary": words, "value": body_of(error, status, letter)}
            found[f"{kind.code}.problem"] = {"summary": words, "value": problem | parts}
    return found


def made(kind: type[MainstayError]) -> MainstayError:
    """An error of a class."""
    return errors.Refused(errors.Refused.code, errors.Refused.default) if kind is errors.Refused else kind()


def body_of(error: MainstayError, status: int, letter: Letter) -> Any:
    """The body of an error, as it was specified or in Mainstay's own shape."""
    if letter.errors is None:
        own = {"code": error.code, "message": error.message, "details": [], "request_id": REQUEST_ID}
        return {"error": own}
    values = failure_values(error, status, phrase_of(status), REQUEST_ID)
    return template.writer(msgspec.json.decode(letter.errors))(values, details_of(error, letter.general))
