"""How lists may be asked for: filters, sorts, the default order, includes."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.problem import nearest
from mainstay.declare.resource import Descending, Through, Unindexed, Via, attribute_name
from mainstay.operation import Filter, Include, Sort

OVER_RELATIONS = ("eq", "lt", "lte", "gt", "gte", "in", "starts_with")
"""Operators of a filter over relations, which asks whether there is such a row."""


def lists(draft: Draft) -> None:
    """Fills in what a list of each resource can be asked for."""
    for resource in draft.resources:
        for position, item in enumerate(resource.declared.filters):
            filter_ = filter_of(draft, resource, item, position)
            if filter_ is not None:
                resource.filters.append(filter_)
        for position, item in enumerate(resource.declared.sorts):
            sort = sort_of(draft, resource, item, position)
            if sort is not None:
                resource.sorts.append(sort)
        resource.order = order_of(draft, resource)
        for position, item in enumerate(resource.declared.includes):
            include = include_of(draft, resource, item, position)
            if include is not None:
                resource.includes.append(include)


def filter_of(draft: Draft, resource: DraftResource, item: Any, position: int) -> Filter | None:
    """One filter; None, with a problem, where it is a mistake."""
    reason = item.reason if isinstance(item, Unindexed) else None
    item = item.of if isinstance(item, Unindexed) else item
    if isinstance(item, Through):
        return filter_through(draft, resource, item, position, reason)
    column = draft.column_of(resource, item, "filters", position)
    if column is None:
        return None
    key = resource.mapper.get_property_by_column(column).key
    kind = draft.tables[resource.table.name].kinds[column.name]
    operators = tuple(
        operator
        for operator in kind.operators
        if (operator != "contains" or reason) and (operator != "is_null" or column.nullable)
    )
    if not operators:
        draft.problem(
            resource.place("filters", position),
            f"{resource.declared.__name__}.filters names {key}, of kind {kind.name}, by which nothing can be filtered",
            "drop it",
        )
        return None
    return Filter(key, column.name, kind.name, kind.form(), operators, unindexed=reason)


def filter_through(
    draft: Draft, resource: DraftResource, item: Through, position: int, reason: str | None
) -> Filter | None:
    """One filter over relations."""
    place = resource.place("filters", position)
    table = draft.tables[resource.table.name]
    names: list[str] = []
    for attribute in item.relations:
        relation = table.relations.get(attribute_name(attribute))
        if relation is None or table.mapper is None or not issubclass(table.mapper.class_, attribute.class_):
            draft.problem(
                place,
                f"through(..) names {attribute_name(attribute)}, which is not a relation of {table.table.name}",
                nearest(attribute_name(attribute), table.relations),
            )
            return None
        names.append(relation.name)
        table = draft.tables[relation.target]
    column = column_at_end(table, item.column)
    if column is None or not names:
        draft.problem(
            place,
            f"through(..) ends with {attribute_name(item.column)}, which is not a field of {table.table.name}",
            nearest(attribute_name(item.column), table.kinds),
        )
        return None
    guard = guard_of(draft, resource, table, position)
    kind = table.kinds[column]
    operators = tuple(operator for operator in OVER_RELATIONS if operator in kind.operators)
    if reason and "contains" in kind.operators:
        operators = (*operators, "contains")
    name = ".".join([*names, attribute_name(item.column)])
    return Filter(name, column, kind.name, kind.form(), operators, tuple(names), guard, reason)


def column_at_end(table: DraftTable, attribute: Any) -> str | None:
    """The name of the column that an attribute of the table's model stands for."""
    mapper = table.mapper
    if (
        mapper is None
        or not isinstance(attribute, InstrumentedAttribute)
        or not issubclass(mapper.class_, attribute.class_)
    ):
        return None
    column = mapper.columns.get(attribute.key)
    return None if column is None else str(column.name)


def guard_of(draft: Draft, resource: DraftResource, table: DraftTable, position: int) -> str | None:
    """The resource whose read policy guards the row at the end; a problem where none or several expose it."""
    exposing = draft.resources_of(table.table.name)
    if len(exposing) == 1:
        return exposing[0].name
    names = ", ".join(other.declared.__name__ for other in exposing)
    draft.problem(
        resource.place("filters", position),
        f"a filter looks at rows of {table.table.name}, which {f'{names} expose' if names else 'no resource exposes'}",
        "one resource must, since its read policy guards them" if not names else "expose it in one resource",
    )
    return None


def sort_of(draft: Draft, resource: DraftResource, item: Any, position: int) -> Sort | None:
    """One sort; None, with a problem, where it is a mistake."""
    reason = item.reason if isinstance(item, Unindexed) else None
    column = draft.column_of(resource, item.of if isinstance(item, Unindexed) else item, "sorts", position)
    if column is None:
        return None
    key = resource.mapper.get_property_by_column(column).key
    kind = draft.tables[resource.table.name].kinds[column.name]
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
    for position, item in enumerate(resource.declared.order):
        down = isinstance(item, Descending)
        column = draft.column_of(resource, item.column if isinstance(item, Descending) else item, "order", position)
        if column is not None:
            order.append((column.name, down))
    return ended_by_key(order, draft.tables[resource.table.name].key)


def ended_by_key(order: list[tuple[str, bool]], key: tuple[str, ...]) -> list[tuple[str, bool]]:
    """An order that no two rows share, in the direction of its last column."""
    down = order[-1][1] if order else False
    present = {name for name, _ in order}
    return order + [(name, down) for name in key if name not in present]


def include_of(draft: Draft, resource: DraftResource, item: Any, position: int) -> Include | None:
    """One include; the verifier of includes says what is wrong with those that stay without a resource."""
    attribute = item.relation if isinstance(item, Via) else item
    name = attribute_name(attribute)
    place = resource.place("includes", position)
    relation = draft.tables[resource.table.name].relations.get(name)
    if relation is None:
        known = draft.tables[resource.table.name].relations
        draft.problem(
            place, f"{resource.declared.__name__}.includes names {name}, which is not a relation", nearest(name, known)
        )
        return None
    if relation.many:
        draft.problem(
            place,
            f"{resource.declared.__name__}.includes names {name}, a relation to many rows",
            "include relations to one row; list the others by a filter",
        )
        return None
    exposing = draft.resources_of(relation.target)
    if isinstance(item, Via):
        exposing = [other for other in draft.resources if other.declared is item.resource]
    if len(exposing) != 1 or exposing[0].table.name != relation.target:
        return Include(name, name, "")
    return Include(name, name, exposing[0].name)
