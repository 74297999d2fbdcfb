"""The OpenAPI 3.1 document of an application."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from mainstay import template
from mainstay.actor import NOBODY as NOBODY_CALLS
from mainstay.operation import (
    Application,
    Include,
    Letter,
    Operation,
    Parameter,
    Part,
    Resource,
    Shape,
)
from mainstay.policy.decide import NULL, simplify
from mainstay.policy.tree import NOBODY, Always
from mainstay.projections.rest import headers
from mainstay.projections.rest.examples import NONE, example_of, of_answer, of_body, of_errors, row_shape
from mainstay.projections.rest.failure import phrase_of
from mainstay.projections.rest.lettered import statuses
from mainstay.wire import Form

Json = dict[str, Any]

COOKIE = (
    "The session of a browser, which no script can read. What changes something is taken with it only from pages of "
    "this origin, as Sec-Fetch-Site or Origin says; on this machine, without TLS, the name has no `__Host-`."
)
"""What is said of the cookie."""

EDGE = {
    "answer": ("NOT_ACCEPTABLE",),
    "body": ("MALFORMED_BODY", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "REQUEST_TIMEOUT"),
    "version": ("PRECONDITION_FAILED",),
}
"""Codes that HTTP adds to those of an operation that has an answer, a body, or an existing row with a version."""

SERVERS: list[Json] = [{"url": "/", "description": "Where this document is."}]
"""Where the paths begin, unless the application says where."""
NOT_SHOWN = "No Content: it is written, and the caller may not read what it has become"
NOT_CHANGED = "Not Modified: the row has a version that If-None-Match names"

META: Json = {
    "type": "object",
    "description": "What is told of a page of rows.",
    "required": ["limit", "next", "previous"],
    "properties": {
        "limit": {"type": "integer", "description": "How many are answered at most."},
        "next": {"type": ["string", "null"], "description": "The cursor of what follows; null at the end."},
        "previous": {"type": ["string", "null"], "description": "The cursor of what comes before; null at the start."},
        "total": {"type": "integer", "description": "How many there are, where `count` or `page` asked for it."},
        "page": {"type": "integer", "description": "The page's number, where `page` asked for it."},
    },
}
ERROR: Json = {
    "type": "object",
    "description": "An error, in the one shape that all of them have.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "description": "What went wrong.",
            "required": ["code", "message", "details", "request_id"],
            "properties": {
                "code": {"type": "string", "description": "What kind of error it is; stable."},
                "message": {"type": "string", "description": "A sentence for people."},
                "details": {
                    "type": "array",
                    "description": "What is wrong, one thing each.",
                    "items": {
                        "type": "object",
                        "required": ["field", "code", "message"],
                        "properties": {
                            "field": {"type": "string", "description": "The field or parameter."},
                            "code": {"type": "string", "description": "What kind of mistake it is; stable."},
                            "message": {"type": "string", "description": "What would be right."},
                        },
                    },
                },
                "request_id": {"type": "string", "description": "The request's id, as in X-Request-ID."},
            },
        }
    },
}
PROBLEM: Json = {
    "type": "object",
    "description": "Problem details (RFC 9457), answered where Accept prefers them.",
    "required": ["type", "title", "status", "detail", "code", "details", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "A reference to the kind of problem."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "description": "The status."},
        "detail": {"type": "string", "description": "A sentence for people."},
        **ERROR["properties"]["error"]["properties"],
    },
}
del PROBLEM["properties"]["message"]
OF_LIST: Json = {
    **META["properties"],
    "offset": {"type": "integer", "description": "How many were passed over."},
    "count": {"type": "integer", "description": "How many are answered here."},
}
"""What may stand beside the rows where an answer has a template."""
OF_ERROR: Json = {
    **PROBLEM["properties"],
    "message": {"type": "string", "description": "A sentence for people."},
    "field": {"type": "string", "description": "The field or parameter."},
    "reason": {"type": "string", "description": "What kind of mistake it is; stable."},
    "detail": {"type": "string", "description": "What would be right."},
}
"""What may stand in an error where it has a template."""


def document(application: Application, *, scheme: str = "Bearer", signing_in: str = "") -> Json:
    """The document of every operation but the opaque ones; `scheme` is HTTP's name of how one signs in.

    `signing_in` says in words how that is done.
    """
    components: Json = {"Error": error_schema(application.letter), "Problem": PROBLEM, "Meta": META}
    for resource in application.resources:
        components[resource.title] = resource_schema(application, resource, components)
    paths: dict[str, Json] = {}
    for operation in application.operations:
        if operation.action != "opaque":
            if operation.answer is not None:
                answered(application, operation, operation.answer, components)
            paths.setdefault(operation.path, {})[operation.method.lower()] = described(
                application, operation, components
            )
    return {
        "openapi": "3.1.0",
        "info": {"title": application.name, "version": application.version, "description": application.description},
        "servers": SERVERS,
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": headers.components(),
            "examples": of_errors(application.letter),
            "securitySchemes": {"actor": security_scheme(application.letter.scheme or scheme, signing_in)},
        },
        "tags": tags(application),
    }


def tags(application: Application) -> list[Json]:
    """What operations are about: resources, and groups of actions."""
    words = {group.name: group.description for group in application.groups}
    words |= {resource.name: resource.description for resource in application.resources}
    told = {tag_of(one): words.get(tag_of(one), "") for one in application.operations if one.action != "opaque"}
    return [{"name": name} | ({"description": text} if text else {}) for name, text in told.items()]


def tag_of(operation: Operation) -> str:
    """What an operation is about."""
    return operation.resource or operation.name.partition(".")[0]


def security(operation: Operation) -> list[Json]:
    """Whether one must sign in; one may where nobody in particular is allowed some rows."""
    signed_in: Json = {"actor": []}
    return [signed_in] if simplify(operation.policy, NOBODY_CALLS) in (NOBODY, NULL) else [{}, signed_in]


def with_cookie(json: Json, name: str) -> Json:
    """The document, where browsers may show a session in a cookie instead."""
    scheme = {"type": "apiKey", "in": "cookie", "name": f"__Host-{name}", "description": COOKIE}
    json["components"]["securitySchemes"]["cookie"] = scheme
    for methods in json["paths"].values():
        for operation in methods.values():
            if {"actor": []} in operation.get("security", ()):
                operation["security"].append({"cookie": []})
    return json


def security_scheme(scheme: str, words: str) -> Json:
    """How one signs in."""
    return {"type": "http", "scheme": scheme.lower()} | ({"description": words} if words else {})


def error_schema(letter: Letter) -> Json:
    """The body of an error."""
    return ERROR if letter.errors is None else template.schema(msgspec.json.decode(letter.errors), OF_ERROR)


def described(application: Application, operation: Operation, components: Json) -> Json:
    """One operation."""
    resource = application.resource(operation.resource) if operation.resource is not None else None
    json: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [tag_of(operation)],
        "parameters": [parameter_of(parameter) for parameter in operation.parameters]
        + headers.preconditions(operation, resource),
        "responses": responses(application, operation, resource),
        "security": security(operation),
    }
    if operation.body is not None:
        components[operation.body.name] = body_schema(operation, operation.body, components)
        schema: Json = {"$ref": f"#/components/schemas/{operation.body.name}"}
        if operation.body_as is not None:
            schema = template.schema(msgspec.json.decode(operation.body_as), {"body": schema})
        kinds = ["application/json"] + (["application/merge-patch+json"] if operation.method == "PATCH" else [])
        content = {"schema": schema} | shown(of_body(operation))
        json["requestBody"] = {"required": True, "content": dict.fromkeys(kinds, content)}
    return json


def shown(example: Any) -> Json:
    """An example, where there is one."""
    return {} if example is NONE else {"example": example}


def body_schema(operation: Operation, shape: Shape, components: Json) -> Json:
    """A body; that of a row has no members but its own, nor have the objects in its lists."""
    schema = shape_schema(shape, components)
    if operation.action == "action":
        return schema | ({"additionalProperties": False} if shape.closed else {})
    for part in shape.parts:
        if part.each is not None:
            components[part.each.name] = body_schema(operation, part.each, components)
    return schema | {"additionalProperties": False}


def parameter_of(parameter: Parameter) -> Json:
    """One parameter of a path or a query."""
    schema = parameter.form.json_schema()
    schema.pop("examples", None)
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "description": parameter.description,
        "schema": schema,
        **shown(example_of(parameter.form)),
    }


def responses(application: Application, operation: Operation, resource: Resource | None) -> Json:
    """Everything that can be answered, by status."""
    done = success(application, operation, resource)
    found = {str(operation.status): done, **refusals(operation, resource, statuses(application.letter))}
    names = headers.names_of_answer(operation, resource)
    if operation.method == "GET" and "ETag" in names:
        found["304"] = {"description": NOT_CHANGED, "headers": headers.told(names)}
    if operation.method != "GET" and operation.status != 204 and resource is not None and resource.read != Always(True):
        found["204"] = {"description": NOT_SHOWN, "headers": headers.told(headers.always(operation))}
    return dict(sorted(found.items()))


def success(application: Application, operation: Operation, resource: Resource | None) -> Json:
    """The answer where it is done."""
    rows_of = resource
    if operation.behaviour is not None:
        rows_of = application.resource(operation.behaviour.answers) if operation.behaviour.answers else None
    example = shown(of_answer(operation, rows_of, application))
    json: Json = {
        "description": phrase_of(operation.status),
        "headers": headers.told(headers.names_of_answer(operation, resource)),
    }
    if operation.answer is not None:
        one: Json = {"$ref": f"#/components/schemas/{answer_name(operation, operation.answer)}"}
        if operation.answer_as is not None:
            rows = {"type": "array", "items": one}
            schema = template.schema(msgspec.json.decode(operation.answer_as), {"row": one, "rows": rows, **OF_LIST})
            return json | {"content": {"application/json": {"schema": schema, **example}}}
        rows = {"type": "array", "items": one, "description": "The rows, in their order."}
        properties: Json = {"data": rows if operation.many else one}
        if operation.many and operation.action == "list":
            properties["meta"] = {"$ref": "#/components/schemas/Meta"}
        schema = {"type": "object", "required": list(properties), "properties": properties}
        json["content"] = {"application/json": {"schema": schema, **example}}
    return json


def refusals(operation: Operation, resource: Resource | None, by_code: Mapping[str, int]) -> Json:
    """The errors that it can answer with, by status."""
    codes = list(operation.errors)
    codes += EDGE["answer"] if operation.answer is not None else ()
    codes += EDGE["body"] if operation.body is not None else ()
    codes += EDGE["version"] if headers.has_version_before(operation, resource) else ()
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(by_code[code], []).append(code)
    return {str(status): refusal(operation, status, by_status[status]) for status in sorted(by_status)}


def refusal(operation: Operation, status: int, codes: list[str]) -> Json:
    """One status of an error."""
    return {
        "description": f"{phrase_of(status)}: {', '.join(codes)}",
        "headers": headers.told(headers.names_of_error(operation, status)),
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "examples": examples(codes)},
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": examples(codes, ".problem"),
            },
        },
    }


def examples(codes: list[str], ending: str = "") -> Json:
    """An example of each of some errors."""
    return {code: {"$ref": f"#/components/examples/{code}{ending}"} for code in codes}


def resource_schema(application: Application, resource: Resource, components: Json) -> Json:
    """What is answered of one row, with what can be included."""
    schema = shape_schema(row_shape(resource), components)
    for include in resource.includes:
        schema["properties"][include.name] = included(application, include, components)
        schema["required"] += [include.name] if include.embedded else []
    return schema


def included(application: Application, include: Include, components: Json) -> Json:
    """Related rows, or plain values of theirs, inside an answer."""
    target = application.resource(include.resource)
    one: Json = {"$ref": f"#/components/schemas/{target.title}"}
    if include.value is not None:
        field = next(field for field in target.fields if field.column == include.value)
        one = hoisted(field.form, f"{target.title}_{field.name}", components)
    told = "Always answered; " if include.embedded else f"Answered where `include` names {include.name}; "
    if not include.many:
        told += "null where there is none or it may not be read."
        return {"anyOf": [one, {"type": "null"}], "description": told}
    names = {field.column: field.name for field in target.fields}
    order = ", ".join(f"{'-' if down else ''}{names.get(name, name)}" for name, down in include.order)
    told += f"those that may be read, the first {include.limit} by {order}."
    return {"type": "array", "items": one, "maxItems": include.limit, "description": told}


def answer_name(operation: Operation, shape: Shape) -> str:
    """What the schema of an answer is called: another one where the caller may ask for some of its fields alone."""
    some = any((parameter.means or parameter.name) == "fields" for parameter in operation.parameters)
    return f"SomeOf{shape.name}" if some else shape.name


def answered(application: Application, operation: Operation, shape: Shape, components: Json) -> None:
    """Adds the schema of an operation's answer to the components."""
    if shape.name not in components:
        components[shape.name] = part_of(components, application, operation, shape)
    name = answer_name(operation, shape)
    if name not in components:
        components[name] = {key: value for key, value in components[shape.name].items() if key != "required"}
        words = components[name].get("description", "")
        components[name]["description"] = f"{words}\n\nThose alone that `fields` names, where it names some.".strip()


def part_of(components: Json, application: Application, operation: Operation, shape: Shape) -> Json:
    """What is answered of one row where it is less than the whole; or whatever an action answers."""
    if operation.action == "action":
        return shape_schema(shape, components)
    resource = application.resource(operation.resource or "")
    whole = components[resource.title]
    left_out = {field.name for field in resource.fields} - {part.name for part in shape.parts}
    properties = {name: value for name, value in whole["properties"].items() if name not in left_out}
    return {**whole, "properties": properties, "required": [name for name in whole["required"] if name in properties]}


def shape_schema(shape: Shape, components: Json) -> Json:
    """A body or an answer as JSON Schema."""
    if shape.form is not None:
        schema = hoisted(shape.form, shape.name, components)
        return ({"description": shape.description} if shape.description else {}) | schema
    properties = {part.name: part_schema(shape, part, components) for part in shape.parts}
    schema = {
        "type": "object",
        "properties": properties,
        "required": [part.name for part in shape.parts if part.required],
    }
    return schema | ({"description": shape.description} if shape.description else {})


def part_schema(shape: Shape, part: Part, components: Json) -> Json:
    """One part as JSON Schema."""
    schema = hoisted(part.form, f"{shape.name}_{part.name}", components)
    if part.each is not None:
        components[part.each.name] = shape_schema(part.each, components)
        schema["items"] = {"$ref": f"#/components/schemas/{part.each.name}"}
    if part.nullable:
        schema = nullable(schema)
    hint = part.form.hint and f"{part.form.hint[0].upper()}{part.form.hint[1:]}."
    text = " ".join(word for word in (part.description, hint) if word)
    return schema | ({"description": text} if text else {})


def nullable(schema: Json) -> Json:
    """The same, or null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def hoisted(form: Form, name: str, components: Json) -> Json:
    """A form's schema, with its own definitions moved to the document's components."""
    schema = form.json_schema()
    definitions = schema.pop("$defs", {})
    for key, definition in definitions.items():
        components[safe(f"{name}_{key}")] = redirected(definition, name)
    result: Json = redirected(schema, name)
    return result


def redirected(schema: Any, name: str) -> Any:
    """A schema whose references to its own definitions go to the document's components."""
    if isinstance(schema, list):
        return [redirected(item, name) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: redirected(value, name) for key, value in schema.items()}
    reference = found.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/"):
        found["$ref"] = f"#/components/schemas/{safe(name + '_' + reference.removeprefix('#/$defs/'))}"
    return found


def safe(name: str) -> str:
    """A name as components may have it."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)
