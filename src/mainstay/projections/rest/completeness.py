"""How much of an OpenAPI document is described, and shown by an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

Json = dict[str, Any]


class Thing(msgspec.Struct, frozen=True):
    """Something of a document that should have words, or an example."""

    sort: str
    place: str
    is_there: bool


def things(document: Json) -> Iterator[Thing]:
    """Everything that should have words or an example, with whether it has."""
    yield Thing("application", "info", bool(document["info"].get("description")))
    for tag in document.get("tags", ()):
        yield described("tags", tag["name"], tag)
    for name, scheme in document["components"].get("securitySchemes", {}).items():
        yield described("security schemes", name, scheme)
    for name, header in document["components"].get("headers", {}).items():
        yield described("headers", name, header)
    for name, schema in document["components"]["schemas"].items():
        yield described("schemas", name, schema)
        yield from fields(schema, name)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield from of_operation(operation, f"{method.upper()} {path}")


def of_operation(operation: Json, place: str) -> Iterator[Thing]:
    """What there is to say of an operation."""
    yield Thing("operations", place, bool(operation.get("summary") and operation.get("description")))
    for parameter in operation.get("parameters", ()):
        where = f"{place} {parameter['name']}"
        yield described("parameters", where, parameter)
        yield Thing("examples of parameters", where, has_example(parameter) or has_example(parameter["schema"]))
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from fields(content.get("schema", {}), f"{place} body")
        yield Thing("examples of bodies", f"{place} {kind}", has_example(content))
    for status, answer in operation["responses"].items():
        where = f"{place} {status}"
        sort = "errors" if status >= "400" else "answers"
        yield described(sort, where, answer)
        for name, header in answer.get("headers", {}).items():
            if "$ref" not in header:
                yield described("headers", f"{where} {name}", header)
        for kind, content in answer.get("content", {}).items():
            yield from fields(content.get("schema", {}), where)
            yield Thing(f"examples of {sort}", f"{where} {kind}", has_example(content))


def fields(schema: Any, place: str) -> Iterator[Thing]:
    """The properties of a schema, at any depth; what a property refers to stands for the words that it has not."""
    if not isinstance(schema, dict):
        return
    for name, inner in schema.get("properties", {}).items():
        yield Thing("fields", f"{place}.{name}", "$ref" in inner or bool(inner.get("description")))
        yield from fields(inner, f"{place}.{name}")
    for key in ("items", "additionalProperties"):
        yield from fields(schema.get(key), f"{place}[]")
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for inner in schema.get(key, ()):
            yield from fields(inner, place)


def described(sort: str, place: str, thing: Json) -> Thing:
    """Whether something has a description."""
    return Thing(sort, place, bool(thing.get("description")))


def has_example(thing: Json) -> bool:
    """Whether something has an example of its own."""
    return "example" in thing or bool(thing.get("examples"))


class Completeness(msgspec.Struct, frozen=True):
    """What of a document is described, and what is not."""

    counts: dict[str, tuple[int, int]]
    """By sort of thing, how many are described and how many there are."""
    missing: tuple[Thing, ...]

    @property
    def percent(self) -> float:
        """Of a hundred things, how many are described."""
        there = sum(count for count, _ in self.counts.values())
        return 100 * there / max(1, sum(count for _, count in self.counts.values()))


def completeness(document: Json) -> Completeness:
    """How complete a document is."""
    counts: dict[str, tuple[int, int]] = {}
    missing = []
    for thing in things(document):
        there, every = counts.get(thing.sort, (0, 0))
        counts[thing.sort] = there + thing.is_there, every + 1
        if not thing.is_there:
            missing.append(thing)
    return Completeness(counts, tuple(missing))
