"""Puts the methods, paths and statuses that somebody else has specified onto the operations of resources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from mainstay.compiler.draft import Draft
from mainstay.compiler.problem import nearest
from mainstay.declare.resource import Route
from mainstay.operation import Operation

METHODS = {
    "list": ("GET",),
    "get": ("GET",),
    "create": ("POST", "PUT"),
    "replace": ("PUT", "POST"),
    "update": ("PATCH", "PUT", "POST"),
    "delete": ("DELETE", "POST"),
}
"""The methods that each action can have."""

STATUSES = {
    "list": (200,),
    "get": (200,),
    "create": (201, 200, 204),
    "replace": (200, 204),
    "update": (200, 204),
    "delete": (204, 200),
}
"""The statuses that each action can be done with."""

PATH = re.compile(r"(/([A-Za-z0-9._~-]+|\{[A-Za-z_][A-Za-z0-9_-]*\}))+")
PARAMETER = re.compile(r"\{([^}]*)\}")


def routes(draft: Draft) -> None:
    """Changes the operations that a resource's `routes` name."""
    changed: dict[str, Operation] = {}
    for resource in draft.resources:
        given: Any = resource.declared.routes
        for position, (name, route) in enumerate(given.items() if isinstance(given, Mapping) else ()):
            operation = next((one for one in draft.operations if one.name == f"{resource.name}.{name}"), None)
            if operation is None or not isinstance(route, Route):
                what = f"{resource.declared.__name__}.routes names {name!r}, which is none of its operations"
                do = nearest(str(name), resource.operations)
                if operation is not None:
                    what, do = (
                        f"{resource.declared.__name__}.routes says {route!r} for {name}",
                        'write route("PUT", ..)',
                    )
                draft.problem(resource.place("routes", position), what, do)
                continue
            wrong = list(mistakes(operation, route))
            for what, do in wrong:
                draft.problem(resource.place("routes", position), what, do)
            if not wrong:
                changed[operation.name] = routed(draft, operation, route)
    draft.operations = [changed.get(operation.name, operation) for operation in draft.operations]


def routed(draft: Draft, operation: Operation, route: Route) -> Operation:
    """One operation with its route."""
    status = route.status or operation.status
    return replace(
        operation,
        method=route.method or operation.method,
        path=operation.path if route.path is None else f"{draft.prefix}{route.path}",
        status=status,
        answer=None if status == 204 else operation.answer,
    )


def mistakes(operation: Operation, route: Route) -> Iterator[tuple[str, str]]:
    """What is wrong with the route of an operation, and what to do."""
    methods, statuses = METHODS.get(operation.action), STATUSES.get(operation.action)
    if methods is not None and route.method is not None and route.method not in methods:
        yield f"{operation.name} cannot have the method {route.method}", f"use {' or '.join(methods)}"
    if statuses is not None and route.status is not None and route.status not in statuses:
        yield f"{operation.name} cannot be done with {route.status}", f"use {' or '.join(map(str, statuses))}"
    if route.path is not None:
        wanted = [one.name for one in operation.parameters if one.place == "path"]
        if PATH.fullmatch(route.path) is None:
            yield f"{operation.name} cannot have the path {route.path!r}", "write it as /recipes/{id}"
        elif PARAMETER.findall(route.path) != wanted:
            told = "".join(f"/{{{name}}}" for name in wanted) or "no parameter"
            yield (
                f"{operation.name} has other parameters than the path {route.path}",
                f"let it have {told}, in this order",
            )
