"""The OpenAPI document together with FastAPI's, of the custom routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mainstay.operation import Letter, Operation
from mainstay.projections.rest.lettered import statuses
from mainstay.projections.rest.openapi import Json, refusal, security

COMPONENTS = "#/components/"
OTHERS = {"name": "routes", "description": "Routes of the application's own, beside its resources."}
"""The tag of custom routes that have none."""


def merged(ours: Json, custom: Json, opaque: Mapping[tuple[str, str], Operation], letter: Letter) -> Json:
    """Our document with the routes of FastAPI's, whose 422 becomes our 400, and what FastAPI was told of the whole.

    Components that nothing refers to are left out.  ValueError where a name of one is taken twice.
    """
    schemas = dict(custom.get("components", {}).get("schemas", {}))
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    taken = sorted(set(schemas) & set(ours["components"]["schemas"]))
    if taken:
        raise ValueError(f"custom routes use models with names of components that are there: {', '.join(taken)}")
    ours["components"]["schemas"] |= schemas
    for path, methods in custom.get("paths", {}).items():
        for method, described_ in methods.items():
            operation = opaque.get((method.upper(), path))
            if operation is not None:
                ours["paths"].setdefault(path, {})[method] = adapted(described_, operation, statuses(letter))
    ours["info"] |= {name: told for name, told in custom["info"].items() if told}
    ours |= {name: custom[name] for name in ("servers", "externalDocs") if custom.get(name)}
    ours["tags"] = all_tags(ours, custom.get("tags", ()))
    return only_used(ours)


def adapted(json: Json, operation: Operation, by_code: Mapping[str, int]) -> Json:
    """A custom route with our errors."""
    responses = {status: told for status, told in json.get("responses", {}).items() if status != "422"}
    codes = ["VALIDATION_ERROR", "UNAUTHENTICATED", "FORBIDDEN", "TOO_MANY_REQUESTS", "INTERNAL_ERROR", "UNAVAILABLE"]
    for code in codes:
        responses.setdefault(str(by_code[code]), refusal(operation, by_code[code], [code]))
    own = {"tags": json.get("tags") or [OTHERS["name"]], "responses": responses, "security": security(operation)}
    return json | own


def all_tags(ours: Json, given: Sequence[Json]) -> list[Json]:
    """Every tag that an operation has; what the application's author says of one stands above what we say."""
    named = {tag["name"]: tag for tag in (*ours["tags"], OTHERS)} | {tag["name"]: tag for tag in given}
    used = {name: None for item in ours["paths"].values() for one in item.values() for name in one["tags"]}
    names = dict.fromkeys([*(tag["name"] for tag in ours["tags"]), *(tag["name"] for tag in given), *used])
    return [named.get(name, {"name": name}) for name in names if name in used]


def only_used(document: Json) -> Json:
    """The document without the components that nothing in it refers to."""
    components: Json = document["components"]
    waiting: list[Any] = [document["paths"]]
    used: set[tuple[str, str]] = set()
    while waiting:
        found = set(references(waiting.pop())) - used
        used |= found
        waiting += [components[sort][name] for sort, name in found if name in components.get(sort, {})]
    for sort in ("schemas", "headers", "examples"):
        components[sort] = {name: one for name, one in components[sort].items() if (sort, name) in used}
    return document


def references(json: Any) -> Iterator[tuple[str, str]]:
    """The components that something refers to, by sort and name; those that a discriminator maps to among them."""
    if isinstance(json, dict):
        for value in json.values():
            yield from references(value)
    elif isinstance(json, list):
        for value in json:
            yield from references(value)
    elif isinstance(json, str) and json.startswith(COMPONENTS):
        sort, _, name = json.removeprefix(COMPONENTS).partition("/")
        yield sort, name
