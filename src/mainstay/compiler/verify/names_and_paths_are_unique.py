"""No two resources share a name, and no two operations a name, or a method and a path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import Place, Problem
from mainstay.operation import Operation


def names_and_paths_are_unique(draft: Draft) -> Iterator[Problem]:
    """A problem for each name or path that is there twice."""
    resources = {resource.name: resource for resource in draft.resources}
    names: set[str] = set()
    for resource in draft.resources:
        if resource.name in names:
            yield Problem(
                resource.place("name"),
                f"two resources are called {resource.name}",
                f"give {resource.declared.__name__} a name of its own: name = ..",
            )
        names.add(resource.name)
    routes: dict[tuple[str, str], str] = {}
    known: set[str] = set()
    for operation in draft.operations:
        route = (operation.method, re.sub(r"\{[^}]*\}", "{}", operation.path))
        if operation.name in known and operation.resource not in doubled(draft):
            do = "rename one of them: name= of the route, or of its function"
            yield Problem(
                place_of_operation(draft, operation, resources), f"two operations are called {operation.name}", do
            )
        if route in routes and routes[route] != operation.name:
            yield Problem(
                place_of_operation(draft, operation, resources),
                f"{operation.method} {operation.path} is both {routes[route]} and {operation.name}",
                "give one of them a path of its own: path = ..",
            )
        known.add(operation.name)
        routes.setdefault(route, operation.name)


def place_of_operation(draft: Draft, operation: Operation, resources: dict[str, DraftResource]) -> Place:
    """Where an operation comes from: its resource, its action, or its route."""
    if operation.action in ("action", "opaque"):
        return draft.places[operation.method, operation.path]
    return resources[operation.resource or ""].place()


def doubled(draft: Draft) -> set[str]:
    """Names that two resources share, about whose operations enough has been said."""
    names = [resource.name for resource in draft.resources]
    return {name for name in names if names.count(name) > 1}
