"""Which related rows may be answered with a resource's own, how many of them, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from mainstay.compiler.draft import Draft, DraftResource, is_of
from mainstay.compiler.passes.declared_lists import add_each, ended_by_key, relation_of
from mainstay.compiler.problem import Place, nearest
from mainstay.declare.resource import Descending, Resource, Values, Via, attribute_name
from mainstay.operation import Include
from mainstay.tables import Relation

ROWS = 20
"""How many rows of a parent's are answered where nothing is said."""

MOST = 1000
"""How many rows of a parent's can be asked for in a declaration."""

DEEPEST = 5
"""How many relations `include` may be let to follow."""


def includes(draft: Draft) -> None:
    """Fills in what can be included, once every resource's own order is known."""
    for resource in draft.resources:
        for attribute in ("includes", "embedded"):
            add_each(draft, resource, attribute, resource.includes, partial(include_of, attribute=attribute))
        for name, values in values_in(resource):
            found = value_list(draft, resource, name, values)
            if found is not None:
                resource.includes.append(found)
        depth: Any = resource.declared.include_depth
        if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= DEEPEST:
            draft.problem(
                resource.place("include_depth"),
                f"{resource.declared.__name__}.include_depth is {depth!r}",
                f"write a number from 1 to {DEEPEST}",
            )
    for resource in draft.resources:
        for include in [one for one in resource.includes if one.embedded]:
            if include.value is None and resource.name in embedded_from(draft, include.resource):
                draft.problem(
                    resource.place("embedded"),
                    f"{resource.declared.__name__} embeds {include.name}, in which it is embedded itself",
                    "write one of them under `includes`, where it is answered when it is asked for",
                )
                resource.includes.remove(include)


def embedded_from(draft: Draft, name: str) -> set[str]:
    """The resource of that name and those that are embedded in its answers, one in the other."""
    by_name = {resource.name: resource for resource in draft.resources}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in found:
            found.add(name)
            waiting += [one.resource for one in by_name[name].includes if one.embedded and one.value is None]
    return found


def include_of(
    draft: Draft, resource: DraftResource, item: Any, position: int | None, *, attribute: str
) -> Include | None:
    """One include; the verifier of includes says what is wrong with those that stay without a resource."""
    named = item.relation if isinstance(item, Via) else item
    name = attribute_name(named)
    place = resource.place(attribute, position)
    relation = relation_of(draft.tables[resource.table.name], named)
    if relation is None:
        known = draft.tables[resource.table.name].relations
        draft.problem(
            place,
            f"{resource.declared.__name__}.{attribute} names {name}, which is not a relation of {resource.title}",
            nearest(name, known),
        )
        return None
    embedded = attribute != "includes"
    exposing = draft.resources_of(relation.target)
    if isinstance(item, Via) and item.resource is not None:
        exposing = [other for other in draft.resources if other.declared is item.resource]
    if len(exposing) != 1 or exposing[0].table.name != relation.target:
        return Include(name, name, "", relation.many, embedded=embedded)
    found = bounded(draft, place, relation, exposing[0], item if isinstance(item, Via) else Via(named))
    return replace(found, embedded=embedded)


def values_in(resource: DraftResource) -> Iterator[tuple[str, Values]]:
    """The lists of plain values that a resource's class, or one that it derives from, has as attributes."""
    for part in reversed(resource.declared.__mro__):
        yield from ((name, value) for name, value in vars(part).items() if isinstance(value, Values))


def value_list(draft: Draft, resource: DraftResource, name: str, values: Values) -> Include | None:
    """One list of plain values; None, with a problem, where it is a mistake."""
    place = resource.place(name)
    if name in resource.fields or name in Resource.__annotations__:
        what = f"{resource.declared.__name__}.{name} is a list of values, but there is {name} already"
        draft.problem(place, what, "give it a name of its own")
        return None
    include = include_of(draft, resource, values.relation, None, attribute=name)
    if include is None or not include.resource:
        return include
    if not include.many:
        do = "include or embed it"
        draft.problem(place, f"values({include.name}, ..) is of a relation to one row at most", do)
        return None
    target = next(other for other in draft.resources if other.name == include.resource)
    columns: Any = target.mapper.columns
    key = getattr(values.column, "key", None)
    own = key in columns and is_of(target.model, values.column)
    readable = [key for key, field in target.fields.items() if field.readable]
    if not own or key not in readable:
        what = f"values({include.name}, ..) names {attribute_name(values.column)}, which {target.title} does not answer"
        draft.problem(place, what, nearest(attribute_name(values.column), readable))
        return None
    column = columns[key].name
    table = draft.tables[target.table.name]
    order = include.order
    if not (isinstance(values.relation, Via) and values.relation.order) and "eq" in table.kinds[column].operators:
        order = tuple(ended_by_key([(column, False)], table.key))
    return replace(include, name=name, order=order, value=column)


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
