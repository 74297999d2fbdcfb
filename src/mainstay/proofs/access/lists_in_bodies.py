"""The lists in bodies that the matrix asks with: as they are, and with one thing otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from mainstay.operation import (
    Application,
    Field,
    Links,
    Operation,
    Owned,
    Resource,
)
from mainstay.proofs.access.cells import Line, Row
from mainstay.proofs.access.easing import allowed_by
from mainstay.proofs.access.personas import Persona
from mainstay.proofs.access.rows import Generated
from mainstay.proofs.access.values import Values
from mainstay.storage import Storage

ListsOf = Mapping[str, Sequence[Any]]
FEW = 6
"""Values, rows and links that are tried of each sort."""


def tables_written(application: Application, resource: Resource, seen: frozenset[str] = frozenset()) -> set[str]:
    """The tables whose rows are written with rows of a resource."""
    found: set[str] = set()
    for owned in resource.owned:
        child = application.resource(owned.resource)
        found.add(child.table)
        if child.name not in seen:
            found |= tables_written(application, child, seen | {child.name})
    for links in resource.links:
        found.update(step.table for step in application.table(resource.table).relation(links.relation).steps)
    return found


def written_lists(resource: Resource, operation: Operation) -> Resource:
    """The resource with no more lists than the operation's body has: some are only written once."""
    parts = {part.name for part in operation.body.parts} if operation.body is not None else set()
    return replace(
        resource,
        owned=tuple(one for one in resource.owned if one.name in parts),
        links=tuple(one for one in resource.links if one.name in parts),
    )


class ListsInBodies:
    """The lists of every resource over generated rows."""

    def __init__(
        self,
        application: Application,
        storage: Storage,
        generated: Generated,
        deciding: Callable[[Resource, str], list[Any]],
    ) -> None:
        self.application = application
        self.generated = generated
        self.deciding = deciding
        self.values = {key: Values(kind) for key, kind in storage.kinds.items()}
        self.fresh = 900_000

    # Whole bodies

    def mirrored(self, resource: Resource, row: Row, persona: Persona, *, deep: bool = True) -> dict[str, list[Any]]:
        """The lists of a row as the persona may read them."""
        world = self.generated.world(persona)
        lists: dict[str, list[Any]] = {}
        for owned in resource.owned if deep else ():
            child = self.application.resource(owned.resource)
            rows = [one for one in self.children(owned, row) if allowed_by(child.read, one, child.table, world)]
            rows.sort(key=lambda one, order=owned.order: -1 if order is None or one[order] is None else one[order])  # type: ignore[misc]
            lists[owned.name] = [
                Line(
                    {field.column: one[field.column] for field in self.fields(owned, "always")},
                    self.key(owned, one),
                    lists=self.mirrored(child, one, persona, deep=child.name != resource.name),
                )
                for one in rows
            ]
        for links in resource.links:
            target = self.application.resource(links.resource)
            ends = [one for one in self.ends(resource, links, row) if allowed_by(target.read, one, target.table, world)]
            lists[links.name] = [one[target.field(links.field).column] for one in ends]
        return lists

    def replacing(self, resource: Resource, row: Row, lists: ListsOf) -> Iterator[tuple[str, ListsOf]]:
        """One list otherwise than it is: empty, backwards, with something new."""
        for name, items in lists.items():
            if items:
                yield f"replace {name} with none", {name: []}
            if len(items) > 1:
                yield f"replace {name} backwards", {name: list(reversed(items))}
        for about, others in self.changing(resource, row, whole=True):
            for name, items in others.items():
                kept = [item for item in lists.get(name, ()) if not is_in(item, items)]
                yield f"replace: {about}", {name: [*kept, *items]}

    def making(self, resource: Resource) -> Iterator[tuple[str, ListsOf]]:
        """Lists of a row that is not there yet."""
        for owned in resource.owned:
            for about, line in self.new_lines(owned):
                yield f"create with {owned.name}: {about}", {owned.name: [self.new_line(owned), line]}
        for links in resource.links:
            for value in self.link_values(links):
                yield f"create with {links.name}", {links.name: [value]}

    def changing(self, resource: Resource, row: Row, *, whole: bool = False) -> Iterator[tuple[str, ListsOf]]:
        """Lists that change what a row has; `whole` lines have every field."""
        for owned in resource.owned if owned_once(resource) else ():
            name = owned.name
            for about, line in self.new_lines(owned):
                yield f"{name}: {about}", {name: [line]}
            here = list(self.children(owned, row))
            for child in here[:FEW]:
                key = self.key(owned, child)
                if not whole:
                    yield f"{name}: delete", {name: [Line({}, key, gone=True)]}
                for field in self.fields(owned, "always"):
                    child_resource = self.application.resource(owned.resource)
                    for value in self.deciding(child_resource, field.column)[:FEW] or [self.value(owned, field)]:
                        rest = {one.column: child[one.column] for one in self.fields(owned, "always")} if whole else {}
                        given = {**rest, field.column: value}
                        lists = {one.name: empty() for one in child_resource.owned} if whole else {}
                        yield f"{name}: {field.name}", {name: [Line(given, key, lists=lists)]}
            for child in [one for one in self.rows(owned) if one not in here][:1]:
                given = {field.column: child[field.column] for field in self.fields(owned, "always")} if whole else {}
                inner = self.application.resource(owned.resource).owned
                lists = {one.name: empty() for one in inner} if whole else {}
                yield f"{name}: of another", {name: [Line(given, self.key(owned, child), lists=lists)]}
        for links in resource.links:
            yield f"{links.name}: none", {links.name: []}
            for value in self.link_values(links):
                yield f"{links.name}: one", {links.name: [value]}

    # Their parts

    def rows(self, owned: Owned) -> Sequence[Row]:
        """Every row that could be owned."""
        return self.generated.rows[self.application.resource(owned.resource).table]

    def children(self, owned: Owned, row: Row) -> Iterator[Row]:
        """The rows that a row owns."""
        for one in self.rows(owned):
            if all(one[own] is not None and one[own] == row[there] for own, there in owned.parent):
                yield one

    def ends(self, resource: Resource, links: Links, row: Row) -> Iterator[Row]:
        """The rows that a row is linked with."""
        there, onward = self.application.table(resource.table).relation(links.relation).steps
        for link in self.generated.rows[there.table]:
            if all(link[own] == row[local] for local, own in there.pairs):
                for one in self.generated.rows[onward.table]:
                    if all(link[own] == one[far] for own, far in onward.pairs):
                        yield one

    def fields(self, owned: Owned, *writable: str) -> list[Field]:
        """The fields that a line may give besides its key."""
        child = self.application.resource(owned.resource)
        held = {own for own, _ in owned.parent} | {owned.order}
        return [
            field
            for field in child.fields
            if field.writable in writable and field.column not in held and field.name not in owned.by
        ]

    def key(self, owned: Owned, row: Row) -> dict[str, Any]:
        """What a row is known by."""
        child = self.application.resource(owned.resource)
        return {child.field(name).column: row[child.field(name).column] for name in owned.by}

    def new_line(self, owned: Owned) -> Line:
        """A row that is not there yet, as good as any."""
        child = self.application.resource(owned.resource)
        given = {field.column: self.value(owned, field) for field in self.fields(owned, "always", "once")}
        required = {field.column for field in child.fields if field.required}
        given = {column: value for column, value in given.items() if column in required and value is not None}
        key: dict[str, Any] = {}
        for name in owned.by:
            field = child.field(name)
            if field.writable != "never":
                key[field.column] = self.value(owned, field)
        return Line(given, key)

    def new_lines(self, owned: Owned) -> Iterator[tuple[str, Line]]:
        """Rows that are not there yet: one as good as any, and one for each value that decides something."""
        child = self.application.resource(owned.resource)
        yield "new", self.new_line(owned)
        for field in self.fields(owned, "always", "once"):
            for value in self.deciding(child, field.column)[:FEW]:
                line = self.new_line(owned)
                yield f"new with {field.name}", Line({**line.given, field.column: value}, line.key)

    def value(self, owned: Owned, field: Field) -> Any:
        """A value that no row has."""
        self.fresh += 1
        return self.values[self.application.resource(owned.resource).table, field.column].different(self.fresh)

    def link_values(self, links: Links) -> Iterator[Any]:
        """Values that rows have, and one that none has."""
        target = self.application.resource(links.resource)
        column = target.field(links.field).column
        yield from [row[column] for row in self.generated.rows[target.table]]
        self.fresh += 1
        yield self.values[target.table, column].different(self.fresh)


def empty() -> list[Any]:
    """A list of nothing."""
    return []


def is_in(item: Any, items: Sequence[Any]) -> bool:
    """Whether a list has the row or the value already."""
    if isinstance(item, Line):
        return any(item.key == other.key for other in items)
    return item in items


def owned_once(resource: Resource) -> bool:
    """Whether a change writes what rows of the resource own."""
    return any(owned.writable == "always" for owned in resource.owned)
