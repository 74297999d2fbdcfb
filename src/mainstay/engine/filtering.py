"""The parameters that filter a list, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from mainstay.engine.plan import Condition
from mainstay.kinds import Choice, Kind, Text
from mainstay.kinds.boolean import Boolean
from mainstay.kinds.text import without_nul
from mainstay.operation import Application, Computed, Filter, Resource
from mainstay.policy.tree import compared_with_given, tables_in
from mainstay.storage import Storage

MOST_VALUES = 100
"""Values in one `[in]`."""

ESCAPED = re.compile(r"\\([\\,])")
ONE_VALUE = re.compile(r"(?:\\[\\,]|[^,])*")


class FilterParameter(msgspec.Struct, frozen=True):
    """A filter with an operator, how its value is read, and whose rows it looks at besides the list's own."""

    condition: Condition
    parse: Callable[[str], Any]
    resources: tuple[str, ...]

    def asked(self, value: Any) -> Condition:
        """The condition; `is_null` of false is a condition of its own."""
        if self.condition.operator == "is_null" and value is False:
            return Condition(self.condition.filter, "is_not_null")
        return self.condition


def filter_parameters(
    application: Application, storage: Storage, resource: Resource, filter_: Filter
) -> dict[str, FilterParameter]:
    """The parameters of one filter, one for each operator."""
    if filter_.where is not None:
        kind = given_kind(storage, resource, filter_.where)
        elsewhere = [name.partition(".")[0] for one in filter_.where.counted for name in one.policies]
        parameter = FilterParameter(Condition(filter_.name, "eq"), kind.parse, tuple(dict.fromkeys(elsewhere)))
        return {filter_.name: parameter}
    table = application.table(resource.table)
    resources: list[str] = []
    for name in filter_.relations:
        relation = table.relation(name)
        resources.extend(other.name for step in relation.steps for other in application.resources_of(step.table))
        table = application.table(relation.target)
    kind = storage.kind(table.name, filter_.column) if filter_.relations else storage.kind_in(resource, filter_.column)
    return {
        filter_.name if operator == "eq" else f"{filter_.name}[{operator}]": FilterParameter(
            Condition(filter_.name, operator), parser(kind, operator), tuple(dict.fromkeys(resources))
        )
        for operator in filter_.operators
    }


def given_kind(storage: Storage, resource: Resource, where: Computed) -> Kind:
    """The kind of what the caller gives for a condition: that of the column that it is compared with."""
    column = compared_with_given(where.value)[0]
    return storage.kind({resource.table: resource.table, **tables_in(where.value)}[column.source], column.name)


def parser(kind: Kind, operator: str) -> Callable[[str], Any]:
    """How the value of a filter is read."""
    if operator == "is_null":
        return Boolean().parse
    if operator == "in":
        return lambda text: values(kind, text)
    if isinstance(kind, Text) and not isinstance(kind, Choice) and operator not in ("eq", "ne"):
        return without_nul  # a bound, or a part, is no text of this kind by itself
    return kind.parse


def values(kind: Kind, text: str) -> list[Any]:
    r"""The values of an `[in]`, separated by commas; a comma in one is written `\,`, a backslash before one `\\`."""
    parts: list[str] = []
    start = 0
    while start <= len(text):
        if len(parts) == MOST_VALUES:
            raise ValueError(f"has more than {MOST_VALUES} values")
        found = ONE_VALUE.match(text, start)
        assert found is not None
        parts.append(ESCAPED.sub(r"\1", found[0]))
        start = found.end() + 1
    return [kind.parse(part) for part in parts]
