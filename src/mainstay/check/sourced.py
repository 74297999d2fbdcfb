"""Operations of a running API as its source has them: the routes that the static review found."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from mainstay.check.facts import Body, Facts, Route
from mainstay.check.live.document import Document
from mainstay.check.live.operations import JSON, Operation, Parameter

STARS = re.compile(r"<(?:\w+:)?(\w+)>|(?<=/):(\w+)(?:\([^)]*\))?|\{(\w+):\w+\}|\(\?P<(\w+)>[^)]*\)")
"""How the stacks write a parameter in a path: Flask and Django, Express, Starlette, Django's expressions."""
KINDS = {"int": "integer", "float": "number", "Decimal": "number", "bool": "boolean", "list": "array", "dict": "object"}
READ = ("GET",)


def operations(facts: Facts) -> tuple[Operation, ...]:
    """The operations that the routes are."""
    bodies = {each.name: each for each in facts.of(Body)}
    out: dict[str, Operation] = {}
    for route in facts.routes:
        for method in route.methods or READ:
            if route.path and method != "OPTIONS":
                made = _operation(route, method.upper(), bodies.get(route.body))
                out.setdefault(str(made), made)
    return tuple(out.values())


def joined(document: Document, sourced: tuple[Operation, ...]) -> Document:
    """A document whose operations know where they are answered, and whether the source asks who is calling."""
    there = {(each.method, shape(each.path)): each for each in sourced}
    operations = []
    for operation in document.operations:
        own = _of(operation, there)
        if own is not None:
            operation = replace(operation, place=own.place)
            if operation.secured is None:
                operation = replace(operation, secured=own.secured, guarded=own.guarded)
        operations.append(operation)
    return replace(document, operations=tuple(operations))


def _of(operation: Operation, there: dict[tuple[str, str], Operation]) -> Operation | None:
    """The route of the source that an operation is, whatever prefix it has got on the way."""
    parts = shape(operation.path).split("/")
    for start in range(1, len(parts)):
        rest = parts[start:]
        own = there.get((operation.method, "/" + "/".join(rest)))
        if own is not None and (start == 1 or any(part and part != "{}" for part in rest)):
            return own
    return None


def template(path: str) -> str:
    """A path with its parameters in braces: `/orders/<int:id>` is `/orders/{id}`."""
    plain = STARS.sub(lambda found: "{" + next(each for each in found.groups() if each) + "}", path.strip("^$"))
    return "/" + plain.lstrip("/")


def shape(path: str) -> str:
    """A path without the names of its parameters, so that two writings of one route are the same."""
    return re.sub(r"\{[^{}]*\}", "{}", template(path)).rstrip("/") or "/"


def _operation(route: Route, method: str, body: Body | None) -> Operation:
    path = template(route.path)
    parameters = [Parameter(name, "path", {"type": "string"}, True) for name in re.findall(r"\{(\w+)\}", path)]
    parameters += [Parameter(name, "query", {"type": "integer"}) for name in route.numbers]
    handler = route.handler.name if route.handler is not None else ""
    bodies = {JSON: _schema(body)} if body is not None and method not in READ else {}
    guarded = bool(route.guards)
    return Operation(
        method, path, handler, "", tuple(parameters), bodies, {}, guarded or None, guarded, False, route.place
    )


def _schema(body: Body) -> dict[str, Any]:
    properties = {each.name: {"type": KINDS.get(each.kind, "string")} for each in body.fields}
    return {"type": "object", "properties": properties, "required": list(properties)}
