"""The ways that reads go from a resource to other rows: by includes and by filters."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.operation import Application, Include, Resource, named


def include_paths(application: Application, resource: Resource) -> Iterator[tuple[str, ...]]:
    """The longest paths that `include` may follow; each leads through all that are shorter."""
    return followed(application, resource, resource.include_depth)


def followed(application: Application, resource: Resource, depth: int) -> Iterator[tuple[str, ...]]:
    """The longest paths of so many includes at most."""
    for include in resource.includes if depth else ():
        further = list(followed(application, application.resource(include.resource), depth - 1))
        yield from ((include.name, *path) for path in further or [()])


def includes_on(application: Application, resource: Resource, path: tuple[str, ...]) -> list[Include]:
    """The includes that a path names."""
    found: list[Include] = []
    for name in path:
        found.append(named(resource.includes, name))
        resource = application.resource(found[-1].resource)
    return found


def chains(application: Application, resource: Resource) -> list[tuple[str, ...]]:
    """Relations, one after the other, that a read of the resource may follow: every beginning of every path."""
    paths = [
        tuple(include.relation for include in includes_on(application, resource, path))
        for path in include_paths(application, resource)
    ]
    paths += [filter_.relations for filter_ in resource.filters]
    return list(dict.fromkeys(path[: place + 1] for path in paths for place in range(len(path))))


def tables_on(application: Application, table: str, chain: tuple[str, ...]) -> Iterator[str]:
    """The tables of every step of a chain of relations, links among them."""
    for name in chain:
        relation = application.table(table).relation(name)
        yield from (step.table for step in relation.steps)
        table = relation.target
