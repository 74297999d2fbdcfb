"""What a call asks for, read from its parameters: every mistake in them is told at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mainstay.engine.call import Call
from mainstay.engine.plan import Condition, Order, Selection
from mainstay.errors import Detail, ValidationError
from mainstay.kinds import Kind, Text
from mainstay.kinds.boolean import Boolean
from mainstay.kinds.text import without_nul
from mainstay.operation import Application, Filter, Operation, Resource
from mainstay.storage import Storage

MOST_VALUES = 100
"""Values in one `[in]`."""
FARTHEST = 10_000
"""Rows that `page` may pass over; a cursor passes over any number."""
SORTED_BY = 3
"""Fields in one `sort`."""
UNESCAPED_COMMA = re.compile(r"(?<!\\),")


@dataclass(slots=True)
class Asked:
    """A read call's wishes, in the engine's words."""

    key: list[Any] = field(default_factory=list)
    conditions: tuple[Condition, ...] = ()
    filters: list[Any] = field(default_factory=list)
    """The conditions' values, in their order."""
    sort: str = ""
    limit: int = 0
    cursor: str | None = None
    page: int | None = None
    count: str | None = None
    fields: str = ""
    include: str = ""


@dataclass(frozen=True, slots=True)
class FilterParameter:
    """A filter with an operator, and how its value is read."""

    condition: Condition
    parse: Callable[[str], Any]
    resource: str | None
    """The resource that guards the row, where it is not the list's own."""


@dataclass(slots=True)
class Mistakes:
    """Mistakes found so far."""

    details: list[Detail] = field(default_factory=list)

    def add(self, name: str, code: str, message: str) -> None:
        """One more."""
        self.details.append(Detail(name, code, message))

    def check(self) -> None:
        """Raises `ValidationError` where there are any."""
        if self.details:
            raise ValidationError(details=tuple(self.details))


def nearest(name: str, known: Iterable[str]) -> str:
    """What exists instead of `name`."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there is {', '.join(names[:40])}" if names else "there is none"


class Questions:
    """How one read operation's parameters are read; made once, from data."""

    def __init__(self, application: Application, storage: Storage, operation: Operation) -> None:
        self.operation = operation
        self.resource: Resource = application.resource(operation.resource or "")
        self.application = application
        table = self.resource.table
        self.key_kinds = [
            (name, storage.kind(table, self.resource.field(name).column)) for name in lookup_fields(self.resource)
        ]
        self.known = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
        self.filters: dict[str, FilterParameter] = {}
        if operation.action == "list":
            for filter_ in self.resource.filters:
                self.filters.update(filter_parameters(application, storage, self.resource, filter_))
        self.selections: dict[tuple[str, str], Selection] = {}
        self.orders: dict[str, tuple[Order, tuple[str, ...]]] = {"": (self.resource.order, ())}

    def read(self, call: Call) -> Asked:
        """What the call asks for."""
        asked = Asked(limit=self.resource.paging.default)
        mistakes = Mistakes()
        conditions: list[Condition] = []
        seen: set[str] = set()
        for name, text in call.parameters:
            parameter = self.filters.get(name)
            if name in seen:
                mistakes.add(name, "given_twice", "is given twice; give it once")
                continue
            seen.add(name)
            if parameter is not None:
                self.filter(parameter, name, text, asked, conditions, mistakes)
            elif name in self.known:
                self.control(name, text, asked, mistakes)
            else:
                mistakes.add(name, "unknown_parameter", f"is not a parameter here; {nearest(name, self.known)}")
        asked.conditions = tuple(conditions)
        if self.operation.action == "get":
            asked.key = self.key(call, mistakes)
        self.together(asked, mistakes)
        mistakes.check()
        return asked

    def key(self, call: Call, mistakes: Mistakes) -> list[Any]:
        """The values that stand in the path."""
        values = []
        for (name, kind), text in zip(self.key_kinds, call.key, strict=True):
            try:
                values.append(kind.parse(text))
            except ValueError as error:
                mistakes.add(name, "wrong_type", str(error))
        return values

    def filter(
        self,
        parameter: FilterParameter,
        name: str,
        text: str,
        asked: Asked,
        conditions: list[Condition],
        mistakes: Mistakes,
    ) -> None:
        """One filter with its value."""
        try:
            value = parameter.parse(text)
        except ValueError as error:
            mistakes.add(name, "wrong_type", str(error))
            return
        condition = parameter.condition
        if condition.operator == "is_null" and value is False:
            condition = Condition(condition.filter, "is_not_null")
        conditions.append(condition)
        asked.filters.append(value)

    def control(self, name: str, text: str, asked: Asked, mistakes: Mistakes) -> None:
        """One of the parameters that are no filters."""
        if name == "limit":
            asked.limit = number(name, text, 1, self.resource.paging.maximum, mistakes)
        elif name == "page":
            asked.page = number(name, text, 1, FARTHEST, mistakes)
        elif name == "cursor":
            asked.cursor = text
        elif name == "count":
            asked.count = text
            if text not in ("exact", "capped"):
                mistakes.add(name, "wrong_value", "is not one of exact, capped")
        elif name == "sort":
            asked.sort = text
            self.order(text, mistakes)
        elif name == "fields":
            asked.fields = text
        else:
            asked.include = text

    def together(self, asked: Asked, mistakes: Mistakes) -> None:
        """What is only right or wrong in combination."""
        if asked.cursor is not None and asked.page is not None:
            mistakes.add("page", "not_with_cursor", "cannot be given with cursor; give one of them")
        if asked.page is not None and (asked.page - 1) * asked.limit > FARTHEST:
            mistakes.add("page", "too_far", f"passes over more than {FARTHEST} rows; follow `next` instead")
        if (asked.fields or asked.include) and (asked.fields, asked.include) not in self.selections:
            self.select(asked.fields, asked.include, mistakes)

    def order(self, text: str, mistakes: Mistakes) -> tuple[Order, tuple[str, ...]]:
        """The order that a sort means, ended by the key, and the fields in it."""
        known = self.orders.get(text)
        if known is not None:
            return known
        sorts = {sort.name: sort for sort in self.resource.sorts}
        order: list[tuple[str, bool]] = []
        names: list[str] = []
        for part in text.split(","):
            name = part.removeprefix("-")
            if name not in sorts:
                mistakes.add(
                    "sort",
                    "unknown_field",
                    f"names {name[:100]!r}, by which this is not sorted; {nearest(name, sorts)}",
                )
            elif name in names:
                mistakes.add("sort", "given_twice", f"names {name} twice")
            else:
                names.append(name)
                order.append((sorts[name].column, part.startswith("-")))
        if len(names) > SORTED_BY:
            mistakes.add("sort", "too_many", f"names more than {SORTED_BY} fields")
        if mistakes.details:
            return self.resource.order, ()
        down = order[-1][1]
        present = {column for column, _ in order}
        key = self.application.table(self.resource.table).key
        found = (*order, *[(column, down) for column in key if column not in present]), tuple(names)
        if len(self.orders) < 256:
            self.orders[text] = found
        return found

    def selection(self, asked: Asked) -> Selection:
        """What is answered of each row."""
        return self.select(asked.fields, asked.include, Mistakes())

    def select(self, fields: str, include: str, mistakes: Mistakes) -> Selection:
        """The selection that `fields` and `include` mean."""
        known = self.selections.get((fields, include))
        if known is not None:
            return known
        readable = [field.name for field in self.resource.fields if field.readable]
        wanted = self.listed("fields", fields, readable, mistakes) if fields else readable
        includes = {item.name: item.resource for item in self.resource.includes}
        included = self.listed("include", include, list(includes), mistakes) if include else []
        inner = tuple((name, whole(self.application, includes[name])) for name in included)
        selection = Selection(self.resource.name, tuple(name for name in readable if name in wanted), inner)
        if not mistakes.details and len(self.selections) < 256:
            self.selections[fields, include] = selection
        return selection

    def listed(self, parameter: str, text: str, known: Sequence[str], mistakes: Mistakes) -> list[str]:
        """Names separated by commas, each known and given once."""
        names = []
        for name in text.split(","):
            if name not in known:
                mistakes.add(
                    parameter, "unknown_field", f"names {name[:100]!r}, which is not there; {nearest(name, known)}"
                )
            elif name in names:
                mistakes.add(parameter, "given_twice", f"names {name} twice")
            else:
                names.append(name)
        return names


def lookup_fields(resource: Resource) -> tuple[str, ...]:
    """The names of the fields in the path of one row, which are fields even where they are hidden."""
    return resource.lookup


def whole(application: Application, name: str) -> Selection:
    """Every readable field of a resource."""
    resource = application.resource(name)
    return Selection(name, tuple(field.name for field in resource.fields if field.readable))


def number(name: str, text: str, least: int, most: int, mistakes: Mistakes) -> int:
    """A whole number within bounds."""
    if text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most:
        return int(text)
    mistakes.add(name, "wrong_value", f"is not a whole number from {least} to {most}")
    return least


def filter_parameters(
    application: Application, storage: Storage, resource: Resource, filter_: Filter
) -> dict[str, FilterParameter]:
    """The parameters of one filter, one for each operator."""
    table = application.table(resource.table)
    for relation in filter_.relations:
        table = application.table(table.relation(relation).target)
    kind = storage.kind(table.name, filter_.column)
    guard = filter_.resource if filter_.relations else None
    return {
        filter_.name if operator == "eq" else f"{filter_.name}[{operator}]": FilterParameter(
            Condition(filter_.name, operator), parser(kind, operator), guard
        )
        for operator in filter_.operators
    }


def parser(kind: Kind, operator: str) -> Callable[[str], Any]:
    """How the value of a filter is read."""
    if operator == "is_null":
        return Boolean().parse
    if operator == "in":
        return lambda text: values(kind, text)
    if isinstance(kind, Text) and operator not in ("eq", "ne"):
        return without_nul
    return kind.parse


def values(kind: Kind, text: str) -> list[Any]:
    """The values of an `[in]`, separated by commas."""
    parts = UNESCAPED_COMMA.split(text)
    if len(parts) > MOST_VALUES:
        raise ValueError(f"has more than {MOST_VALUES} values")
    return [kind.parse(part.replace("\\,", ",")) for part in parts]
