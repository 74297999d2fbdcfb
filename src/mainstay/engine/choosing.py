"""What a list is sorted by and what is answered of each row, as a call names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from mainstay.engine.mistakes import LONGEST, Mistakes, nearest
from mainstay.engine.plan import Order, Selection
from mainstay.engine.shapes import remembered
from mainstay.named import named
from mainstay.operation import Application, Include, Operation, Resource

SORTED_BY = 3
"""Fields in one `sort`."""

INCLUDED = 16
"""Paths in one `include`."""

Path = tuple[str, ...]
"""Names of includes, one after the other."""


class Choices:
    """How one resource may be sorted and shown; what a spelling means is remembered."""

    def __init__(self, application: Application, resource: Resource, operation: Operation) -> None:
        self.application = application
        self.resource = resource
        self.sorts = {sort.name: sort.column for sort in resource.sorts}
        self.key = application.table(resource.table).key
        self.usual: tuple[Order, tuple[str, ...]] = (operation.order or resource.order, ())
        self.orders: dict[str, tuple[Order, tuple[str, ...]]] = {}
        self.shown = shown(operation, resource)
        self.plain = structs.replace(whole(application, resource.name), fields=self.shown)
        self.selections: dict[tuple[str, str], Selection] = {}
        self.looked_at: dict[Selection, list[str]] = {}

    def order(self, text: str, mistakes: Mistakes) -> tuple[Order, tuple[str, ...]]:
        """The order that a sort means, ended by the key, and the fields in it."""
        known = self.orders.get(text) if text else self.usual
        if known is not None:
            return known
        parts = text.split(",")
        names = listed("sort", [part.removeprefix("-") for part in parts], self.sorts, mistakes)
        if len(parts) > SORTED_BY:
            mistakes.add("sort", "too_many", f"names more than {SORTED_BY} fields")
        if mistakes.details:
            return self.usual
        order = [(self.sorts[part.removeprefix("-")], part.startswith("-")) for part in parts]
        present = {column for column, _ in order}
        down = order[-1][1]
        ended = (*order, *[(column, down) for column in self.key if column not in present])
        return remembered(self.orders, text, (ended, tuple(names)))

    def selection(self, fields: str, include: str, mistakes: Mistakes) -> Selection:
        """What `fields` and `include` mean, in the order of the declaration whatever theirs is."""
        known = self.selections.get((fields, include)) if fields or include else self.plain
        if known is not None:
            return known
        paths = self.paths(include, mistakes)
        chosen = self.chosen(fields, paths, mistakes) if fields else {}
        if not chosen.get(()):
            chosen[()] = [*self.shown, *embedded(self.resource)]
        if mistakes.details:
            return self.plain
        return remembered(self.selections, (fields, include), self.selected((), paths, chosen))

    def paths(self, include: str, mistakes: Mistakes) -> dict[Path, Resource]:
        """The relations that are followed, each path with the resource that it leads to; the empty one leads here."""
        found: dict[Path, Resource] = {(): self.resource}
        texts = include.split(",") if include else []
        for text in dict.fromkeys(texts):
            path = tuple(text.split(".", self.resource.include_depth))
            if len(path) > self.resource.include_depth:
                mistakes.add("include", "too_deep", f"follows more than {self.resource.include_depth} relations")
                continue
            for place, name in enumerate(path):
                known = {item.name: item for item in found[path[:place]].includes if item.value is None}
                if not listed("include", [name], known, mistakes, path[:place]):
                    break
                found[path[: place + 1]] = self.application.resource(known[name].resource)
        for text in dict.fromkeys(one for one in texts if texts.count(one) > 1):
            mistakes.add("include", "given_twice", f"names {text[:LONGEST]} twice")
        if len(texts) > INCLUDED:
            mistakes.add("include", "too_many", f"names more than {INCLUDED} relations")
        return found

    def chosen(self, fields: str, paths: dict[Path, Resource], mistakes: Mistakes) -> dict[Path, list[str]]:
        """The fields that are named, by the path that stands before them."""
        names: dict[Path, list[str]] = {(): []}
        for text in fields.split(","):
            *before, name = text.split(".", self.resource.include_depth)
            path = tuple(before)
            if path in paths:
                names.setdefault(path, []).append(name)
            else:
                names[()].append(text)
        return {
            path: listed("fields", given, (*readable(paths[path]), *embedded(paths[path])), mistakes, path)
            for path, given in names.items()
        }

    def selected(self, path: Path, paths: dict[Path, Resource], chosen: dict[Path, list[str]]) -> Selection:
        """What is answered at the end of a path: all of it, or what is chosen and what is included."""
        resource = paths[path]
        names = chosen.get(path) or (*readable(resource), *embedded(resource))
        inner: list[tuple[str, Selection]] = []
        for item in resource.includes:
            if (*path, item.name) in paths:
                inner.append((item.name, self.selected((*path, item.name), paths, chosen)))
            elif item.embedded and item.name in names:
                inner.append((item.name, of_include(self.application, item)))
        return Selection(resource.name, tuple(name for name in readable(resource) if name in names), tuple(inner))

    def resources(self, selection: Selection) -> list[str]:
        """The resources whose policies what is included is read under, those of links among them."""
        known = self.looked_at.get(selection)
        if known is not None:
            return known
        return remembered(self.looked_at, selection, list(dict.fromkeys(resources_in(self.application, selection))))


def resources_in(application: Application, selection: Selection) -> Iterator[str]:
    """The resources whose policies the includes of a selection are read under."""
    resource = application.resource(selection.resource)
    for name, inner in selection.includes:
        include = named(resource.includes, name)
        for step in application.table(resource.table).relation(include.relation).steps[:-1]:
            yield from (link.name for link in application.resources_of(step.table))
        yield inner.resource
        yield from resources_in(application, inner)


def listed(parameter: str, names: list[str], known: Iterable[str], mistakes: Mistakes, before: Path = ()) -> list[str]:
    """Those of the names that are known behind a path; a mistake for each that is not, or is given twice."""
    found: list[str] = []
    for name in names:
        if name not in known:
            if not mistakes.enough:
                told, there = dotted(before, name)[:LONGEST], [dotted(before, one) for one in known]
                mistakes.add(
                    parameter, "unknown_field", f"names {told!r}, which cannot be chosen; {nearest(told, there)}"
                )
        elif name in found:
            mistakes.add(parameter, "given_twice", f"names {dotted(before, name)} twice")
        else:
            found.append(name)
    return found


def dotted(before: Path, name: str) -> str:
    """A name with the path before it."""
    return ".".join((*before, name))


def readable(resource: Resource) -> tuple[str, ...]:
    """The names of the fields that are ever answered."""
    return tuple(field.name for field in resource.fields if field.readable)


def shown(operation: Operation, resource: Resource) -> tuple[str, ...]:
    """The fields that an operation answers where nothing is said: all of them, or those of its own shape."""
    fields = readable(resource)
    if operation.answer is None:
        return fields
    named = {part.name for part in operation.answer.parts}
    return tuple(name for name in fields if name in named)


def embedded(resource: Resource) -> tuple[str, ...]:
    """The names of the relations that are answered without being asked for."""
    return tuple(include.name for include in resource.includes if include.embedded)


def whole(application: Application, name: str) -> Selection:
    """Every readable field of a resource, and what is embedded."""
    resource = application.resource(name)
    inner = tuple((item.name, of_include(application, item)) for item in resource.includes if item.embedded)
    return Selection(name, readable(resource), inner)


def of_include(application: Application, include: Include) -> Selection:
    """What is answered of an include's rows where nothing is chosen."""
    if include.value is None:
        return whole(application, include.resource)
    fields = application.resource(include.resource).fields
    return Selection(include.resource, tuple(field.name for field in fields if field.column == include.value)[:1])
