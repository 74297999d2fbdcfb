"""The ways that reads go from a resource to other rows: by includes and by filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mainstay.named import named
from mainstay.operation import Application, Resource, Shape


def include_paths(application: Application, resource: Resource) -> Iterator[tuple[str, ...]]:
    """The longest paths that `include` may follow; each leads through all that are shorter."""
    return followed(application, resource, resource.include_depth, named_only=True)


def followed(
    application: Application, resource: Resource, depth: int, *, named_only: bool = False
) -> Iterator[tuple[str, ...]]:
    """The longest paths of so many includes and of what is embedded; or only of those that `include` may name."""
    for include in resource.includes:
        if include.value is not None and not named_only:
            yield (include.name,)
        if include.value is None and (depth or (include.embedded and not named_only)):
            target = application.resource(include.resource)
            further = list(followed(application, target, max(depth - 1, 0), named_only=named_only))
            yield from ((include.name, *path) for path in further or [()])


def relations_on(application: Application, resource: Resource, path: tuple[str, ...]) -> tuple[str, ...]:
    """The relations of the includes that a path names."""
    found: list[str] = []
    for name in path:
        include = named(resource.includes, name)
        found.append(include.relation)
        resource = application.resource(include.resource)
    return tuple(found)


def chains(application: Application, resource: Resource) -> list[tuple[str, ...]]:
    """Relations, one after the other, that a read of the resource may follow: every beginning of every path."""
    paths = followed(application, resource, resource.include_depth)
    relations = [relations_on(application, resource, path) for path in paths]
    relations += [filter_.relations for filter_ in resource.filters]
    return list(dict.fromkeys(path[: place + 1] for path in relations for place in range(len(path))))


def tables_on(application: Application, table: str, chain: tuple[str, ...]) -> Iterator[str]:
    """The tables of every step of a chain of relations, links among them."""
    for name in chain:
        relation = application.table(table).relation(name)
        yield from (step.table for step in relation.steps)
        table = relation.target


def is_own_ancestor(
    application: Application,
    resource: Resource,
    column: str,
    row: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
) -> bool:
    """Whether a reference of a table to itself leads from a row back to it."""
    (key,) = application.table(resource.table).key
    rows = {one[key]: one for one in tables[resource.table]}
    above, seen = row[column], set()
    while above is not None and above not in seen:
        if above == row[key]:
            return True
        seen.add(above)
        above = rows[above][column] if above in rows else None
    return False


def branches(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By the first name of some paths, what follows it in them."""
    found: dict[str, tuple[str, ...]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        found[name] = (*found.get(name, ()), *([rest] if rest else []))
    return found


def answered_fields(resource: Resource, answer: Shape) -> tuple[str, ...]:
    """The names of all that is answered of a row where nothing is chosen: fields and what is embedded."""
    always = [include.name for include in resource.includes if include.embedded]
    return (*[part.name for part in answer.parts], *always)
