"""Which related rows may be answered with a resource's own, how many of them, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mainstay.compiler.draft import Draft, DraftResource, is_of
from mainstay.compiler.passes.declared_lists import add_each, ended_by_key, relation_of
from mainstay.compiler.problem import Place, nearest
from mainstay.declare.resource import Descending, Via, attribute_name
from mainstay.operation import Include, Relation

ROWS = 20
"""How many rows of a parent's are answered where nothing is said."""

MOST = 1000
"""How many rows of a parent's can be asked for in a declaration."""

DEEPEST = 5
"""How many relations `include` may be let to follow."""


def includes(draft: Draft) -> None:
    """Fills in what can be included, once every resource's own order is known."""
    for resource in draft.resources:
        add_each(draft, resource, "includes", resource.includes, include_of)
        depth: Any = resource.declared.include_depth
        if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= DEEPEST:
            draft.problem(
                resource.place("include_depth"),
                f"{resource.declared.__name__}.include_depth is {depth!r}",
                f"write a number from 1 to {DEEPEST}",
            )


def include_of(draft: Draft, resource: DraftResource, item: Any, position: int) -> Include | None:
    """One include; the verifier of includes says what is wrong with those that stay without a resource."""
    attribute = item.relation if isinstance(item, Via) else item
    name = attribute_name(attribute)
    place = resource.place("includes", position)
    relation = relation_of(draft.tables[resource.table.name], attribute)
    if relation is None:
        known = draft.tables[resource.table.name].relations
        draft.problem(
            place,
            f"{resource.declared.__name__}.includes names {name}, which is not a relation of {resource.title}",
            nearest(name, known),
        )
        return None
    exposing = draft.resources_of(relation.target)
    if isinstance(item, Via) and item.resource is not None:
        exposing = [other for other in draft.resources if other.declared is item.resource]
    if len(exposing) != 1 or exposing[0].table.name != relation.target:
        return Include(name, name, "", relation.many)
    return bounded(draft, place, relation, exposing[0], item if isinstance(item, Via) else Via(attribute))


def bounded(draft: Draft, place: Place, relation: Relation, target: DraftResource, via: Via) -> Include:
    """An include whose resource is known, with how many rows it has of each parent's, and in which order."""
    if not relation.many:
        if via.limit is not None or via.order:
            draft.problem(
                place,
                f"the include {relation.name} has a limit or an order, but there is one row at most",
                "drop them",
            )
        return Include(relation.name, relation.name, target.name)
    limit: Any = ROWS if via.limit is None else via.limit
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST:
        draft.problem(place, f"the include {relation.name} has the limit {limit!r}", f"write one from 1 to {MOST}")
        limit = ROWS
    order = order_of(draft, place, target, via.order) if via.order else target.order
    return Include(relation.name, relation.name, target.name, True, tuple(order), limit)


def order_of(draft: Draft, place: Place, target: DraftResource, given: Sequence[Any]) -> list[tuple[str, bool]]:
    """An order over columns of another resource's rows, ended by their key."""
    order: list[tuple[str, bool]] = []
    table = draft.tables[target.table.name]
    columns: Any = target.mapper.columns
    for item in given:
        attribute = item.column if isinstance(item, Descending) else item
        own = getattr(attribute, "key", None) in columns and is_of(target.model, attribute)
        column = columns[attribute.key].name if own else None
        if column in table.kinds and "eq" in table.kinds[column].operators:
            order.append((column, isinstance(item, Descending)))
            continue
        why = "which has no order" if own else f"which is not a field of {target.title}"
        draft.problem(
            place, f"order names {attribute_name(attribute)}, {why}", nearest(attribute_name(attribute), columns.keys())
        )
    return ended_by_key(order, table.key)
