"""How lists may be asked for: filters, sorts, the default order."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from sqlalchemy.orm import InstrumentedAttribute

from mainstay.compiler.draft import Draft, DraftResource, DraftTable, is_of
from mainstay.compiler.passes.conditions import condition_filter
from mainstay.compiler.problem import nearest
from mainstay.declare.computed import ComputedField, DerivedField
from mainstay.declare.resource import Descending, NamedFilter, Resource, Through, Unindexed, Via, attribute_name
from mainstay.operation import Filter, Sort
from mainstay.tables import Relation

OVER_RELATIONS = ("eq", "lt", "lte", "gt", "gte", "in", "starts_with")
"""Operators of a filter over relations, which asks whether there is such a row."""

RESERVED = ("sort", "limit", "cursor", "page", "count", "fields", "include", "q")
"""Parameters that every list has: a filter of that name is asked with `[in]`, not by its name alone."""


WRITTEN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""A name as it can stand in a query, a path and a body."""


def lists(draft: Draft) -> None:
    """Fills in what a list of each resource can be asked for."""
    for resource in draft.resources:
        for attribute, made, of in (
            ("filters", resource.filters, filter_of),
            ("sorts", resource.sorts, sort_of),
        ):
            add_each(draft, resource, attribute, made, of)
        resource.order = order_of(draft, resource)


def add_each(draft: Draft, resource: DraftResource, attribute: str, made: list[Any], of: Callable[..., Any]) -> None:
    """What each item of a list means, once each."""
    for position, item in enumerate(resource.listed(attribute)):
        one = of(draft, resource, item, position)
        if one is None:
            continue
        if any(other.name == one.name for other in made):
            what = f"{resource.declared.__name__}.{attribute} names {one.name} twice"
            draft.problem(resource.place(attribute, position), what, "drop one of them")
        else:
            made.append(one)


def filter_of(draft: Draft, resource: DraftResource, item: Any, position: int) -> Filter | None:
    """One filter; None, with a problem, where it is a mistake."""
    if isinstance(item, NamedFilter):
        return named_filter(draft, resource, item, position)
    reason = item.reason if isinstance(item, Unindexed) else None
    item = item.of if isinstance(item, Unindexed) else item
    if isinstance(item, ComputedField | DerivedField):
        return filter_computed(draft, resource, item, position, reason)
    if isinstance(item, Through):
        return filter_through(draft, resource, item, position, reason)
    column = draft.column_of(resource, item, "filters", position)
    if column is None:
        return None
    key = resource.mapper.get_property_by_column(column).key
    kind = draft.tables[resource.table.name].kinds.get(column.name)
    if kind is None:
        return None  # told where it is declared
    operators = tuple(
        operator
        for operator in kind.operators
        if (operator != "contains" or reason)
        and (operator != "is_null" or column.nullable)
        and (operator != "eq" or key not in RESERVED)
    )
    if not operators:
        draft.problem(
            resource.place("filters", position),
            f"{resource.declared.__name__}.filters names {key}, of kind {kind.name}, by which nothing can be filtered",
            "drop it",
        )
        return None
    return Filter(key, column.name, kind.name, kind.sampled(), operators, unindexed=reason)


def filter_computed(
    draft: Draft, resource: DraftResource, item: Any, position: int, reason: str | None
) -> Filter | None:
    """One filter by a computed field."""
    name = worked_out(draft, resource, item, "filters", position, reason)
    if name is None:
        return None
    kind, nullable = resource.kinds[name], resource.fields[name].nullable
    operators = tuple(
        operator
        for operator in kind.operators
        if (operator != "is_null" or nullable) and (operator != "eq" or name not in RESERVED)
    )
    return Filter(name, name, kind.name, kind.sampled(), operators, unindexed=reason)


def worked_out(
    draft: Draft, resource: DraftResource, item: Any, attribute: str, position: int, reason: str | None
) -> str | None:
    """The name of a computed field that is filtered or sorted by; None, with a problem, where it cannot be."""
    name = draft.field_of(resource, item, attribute, position)
    if name is None or name not in resource.fields:
        return None  # told where it is declared
    place, named = resource.place(attribute, position), f"{resource.declared.__name__}.{attribute} names {name}"
    if isinstance(item, DerivedField):
        draft.problem(place, f"{named}, which is made in Python", "filter and sort by the columns that it is made of")
        return None
    if reason is None or not reason.strip():
        draft.problem(place, f"{named}, which is worked out for every row", f'write unindexed({name}, "reason")')
        return None
    return name


def named_filter(draft: Draft, resource: DraftResource, item: NamedFilter, position: int) -> Filter | None:
    """A filter for equality under a name of its own."""
    if WRITTEN.fullmatch(item.name) is None or item.name in RESERVED:
        what = f"{resource.declared.__name__}.filters has the parameter {item.name!r}, which cannot stand in a query"
        do = "use letters, digits, _ and -" if item.name not in RESERVED else "every list has a parameter of that name"
        draft.problem(resource.place("filters", position), what, do)
        return None
    if isinstance(item.of, InstrumentedAttribute | Through | Unindexed | ComputedField | DerivedField):
        made = filter_of(draft, resource, item.of, position)
    else:
        made = condition_filter(draft, resource, item, position)
    if made is None:
        return None
    resource.specified.add(item.name)
    return replace(made, name=item.name, operators=("eq",))


def filter_through(
    draft: Draft, resource: DraftResource, item: Through, position: int, reason: str | None
) -> Filter | None:
    """One filter over relations."""
    place = resource.place("filters", position)
    table = draft.tables[resource.table.name]
    names: list[str] = []
    guards: list[str] = []
    for given in item.relations:
        attribute = given.relation if isinstance(given, Via) else given
        relation = relation_of(table, attribute)
        if relation is None:
            draft.problem(
                place,
                f"through(..) names {attribute_name(attribute)}, which is not a relation of {table.table.name}",
                nearest(attribute_name(attribute), table.relations),
            )
            return None
        names.append(relation.name)
        table = draft.tables[relation.target]
        guard = guard_of(draft, resource, table, position, given.resource if isinstance(given, Via) else None)
        if guard is None:
            return None
        guards.append(guard)
    column = column_at_end(table, item.column)
    if column is None or not names:
        draft.problem(
            place,
            f"through(..) ends with {attribute_name(item.column)}, which is not a field of {table.table.name}"
            if names
            else f"through(..) names {attribute_name(item.column)} and no relation",
            nearest(attribute_name(item.column), table.kinds) if names else "write through(relation, column)",
        )
        return None
    kind = table.kinds[column]
    operators = tuple(operator for operator in OVER_RELATIONS if operator in kind.operators)
    if reason and "contains" in kind.operators:
        operators = (*operators, "contains")
    name = ".".join([*names, attribute_name(item.column)])
    return Filter(name, column, kind.name, kind.sampled(), operators, tuple(names), guards[-1], reason, tuple(guards))


def relation_of(table: DraftTable, attribute: Any) -> Relation | None:
    """The relation of the table's model that an attribute is; None where it is another's, or none."""
    if (
        table.mapper is None
        or not isinstance(attribute, InstrumentedAttribute)
        or not is_of(table.mapper.class_, attribute)
    ):
        return None
    return table.relations.get(attribute.key)


def column_at_end(table: DraftTable, attribute: Any) -> str | None:
    """The name of the column that an attribute of the table's model stands for."""
    mapper = table.mapper
    if mapper is None or not isinstance(attribute, InstrumentedAttribute) or not is_of(mapper.class_, attribute):
        return None
    column = mapper.columns.get(attribute.key)
    return None if column is None or column.name not in table.kinds else str(column.name)


def guard_of(
    draft: Draft, resource: DraftResource, table: DraftTable, position: int, named: type[Resource[Any]] | None
) -> str | None:
    """The resource whose read policy guards rows on the way; a problem where none or several expose them."""
    exposing = draft.resources_of(table.table.name)
    if named is not None:
        exposing = [other for other in exposing if other.declared is named]
    if len(exposing) == 1:
        return exposing[0].name
    names = ", ".join(other.declared.__name__ for other in exposing)
    who = f"{names} expose" if names else f"{getattr(named, '__name__', 'no resource')} does not expose"
    if not names and named is None:
        who = "no resource exposes"
    draft.problem(
        resource.place("filters", position),
        f"a filter looks at rows of {table.table.name}, which {who}",
        "one resource must, since its read policy guards them"
        if not names
        else f"name one of them: through(via(.., {exposing[0].declared.__name__}), ..)",
    )
    return None


def sort_of(draft: Draft, resource: DraftResource, item: Any, position: int) -> Sort | None:
    """One sort; None, with a problem, where it is a mistake."""
    reason = item.reason if isinstance(item, Unindexed) else None
    of = item.of if isinstance(item, Unindexed) else item
    if isinstance(of, ComputedField | DerivedField):
        name = worked_out(draft, resource, of, "sorts", position, reason)
        return None if name is None else Sort(name, name, resource.fields[name].nullable, reason)
    column = draft.column_of(resource, of, "sorts", position)
    if column is None:
        return None
    key = resource.mapper.get_property_by_column(column).key
    kind = draft.tables[resource.table.name].kinds.get(column.name)
    if kind is None:
        return None  # told where it is declared
    if "lt" not in kind.operators and kind.name != "boolean":
        draft.problem(
            resource.place("sorts", position),
            f"{resource.declared.__name__}.sorts names {key}, of kind {kind.name}, which has no order",
            "drop it",
        )
        return None
    return Sort(key, column.name, bool(column.nullable), reason)


def order_of(draft: Draft, resource: DraftResource) -> list[tuple[str, bool]]:
    """The default sort by column, ended by the key."""
    order: list[tuple[str, bool]] = []
    kinds = draft.tables[resource.table.name].kinds
    for position, item in enumerate(resource.listed("order")):
        down = isinstance(item, Descending)
        column = draft.column_of(resource, item.column if isinstance(item, Descending) else item, "order", position)
        if column is None or column.name not in kinds:
            continue
        if "eq" in kinds[column.name].operators:
            order.append((column.name, down))
        else:
            named = f"{column.name}, of kind {kinds[column.name].name}"
            what = f"{resource.declared.__name__}.order names {named}, which has no order"
            draft.problem(resource.place("order", position), what, "drop it")
    return ended_by_key(order, draft.tables[resource.table.name].key)


def ended_by_key(order: list[tuple[str, bool]], key: tuple[str, ...]) -> list[tuple[str, bool]]:
    """An order that no two rows share, in the direction of its last column."""
    down = order[-1][1] if order else False
    present = {name for name, _ in order}
    return order + [(name, down) for name in key if name not in present]
