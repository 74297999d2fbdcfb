"""What a list is sorted by and what is answered of each row, as a call names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from mainstay.engine.mistakes import LONGEST, Mistakes, nearest
from mainstay.engine.plan import Order, Selection
from mainstay.operation import Application, Resource

SORTED_BY = 3
"""Fields in one `sort`."""

REMEMBERED = 256
"""Spellings of `sort`, and of `fields` and `include`, whose meaning is kept."""

K = TypeVar("K")
V = TypeVar("V")


class Choices:
    """How one resource may be sorted and shown; what a spelling means is remembered."""

    def __init__(self, application: Application, resource: Resource) -> None:
        self.resource = resource
        self.sorts = {sort.name: sort.column for sort in resource.sorts}
        self.key = application.table(resource.table).key
        self.readable = readable(resource)
        self.includes = {item.name: whole(application, item.resource) for item in resource.includes}
        self.orders: dict[str, tuple[Order, tuple[str, ...]]] = {"": (resource.order, ())}
        self.selections = {("", ""): Selection(resource.name, self.readable)}

    def order(self, text: str, mistakes: Mistakes) -> tuple[Order, tuple[str, ...]]:
        """The order that a sort means, ended by the key, and the fields in it."""
        known = self.orders.get(text)
        if known is not None:
            return known
        parts = text.split(",")
        names = listed("sort", [part.removeprefix("-") for part in parts], self.sorts, mistakes)
        if len(parts) > SORTED_BY:
            mistakes.add("sort", "too_many", f"names more than {SORTED_BY} fields")
        if mistakes.details:
            return self.orders[""]
        order = [(self.sorts[part.removeprefix("-")], part.startswith("-")) for part in parts]
        present = {column for column, _ in order}
        down = order[-1][1]
        ended = (*order, *[(column, down) for column in self.key if column not in present])
        return remembered(self.orders, text, (ended, tuple(names)))

    def selection(self, fields: str, include: str, mistakes: Mistakes) -> Selection:
        """What `fields` and `include` mean, in the order of the declaration whatever theirs is."""
        known = self.selections.get((fields, include))
        if known is not None:
            return known
        wanted = listed("fields", fields.split(","), self.readable, mistakes) if fields else self.readable
        included = listed("include", include.split(","), self.includes, mistakes) if include else []
        if mistakes.details:
            return self.selections["", ""]
        selection = Selection(
            self.resource.name,
            tuple(name for name in self.readable if name in wanted),
            tuple((name, inner) for name, inner in self.includes.items() if name in included),
        )
        return remembered(self.selections, (fields, include), selection)


def listed(parameter: str, names: list[str], known: Iterable[str], mistakes: Mistakes) -> list[str]:
    """Those of the names that are known; a mistake for each that is not, or is given twice."""
    found: list[str] = []
    for name in names:
        if name not in known:
            if not mistakes.enough:
                what = f"names {name[:LONGEST]!r}, which cannot be chosen; {nearest(name[:LONGEST], known)}"
                mistakes.add(parameter, "unknown_field", what)
        elif name in found:
            mistakes.add(parameter, "given_twice", f"names {name} twice")
        else:
            found.append(name)
    return found


def remembered(kept: dict[K, V], key: K, value: V) -> V:
    """The value, kept where there is room."""
    if len(kept) < REMEMBERED:
        kept[key] = value
    return value


def readable(resource: Resource) -> tuple[str, ...]:
    """The names of the fields that are ever answered."""
    return tuple(field.name for field in resource.fields if field.readable)


def whole(application: Application, name: str) -> Selection:
    """Every readable field of a resource."""
    return Selection(name, readable(application.resource(name)))
