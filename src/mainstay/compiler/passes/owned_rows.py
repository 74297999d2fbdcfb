"""Rows that are written with the row that they live and die with."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mainstay import kinds
from mainstay.compiler.draft import WRITABLE, Draft, DraftResource
from mainstay.compiler.passes.behaviours import own_ways
from mainstay.compiler.passes.declared_lists import relation_of
from mainstay.compiler.passes.tables import unique_sets
from mainstay.compiler.problem import nearest
from mainstay.declare.resource import Owned as OwnedRows, attribute_name
from mainstay.operation import Owned
from mainstay.tables import Step


class Mistake(Exception):
    """What is wrong with a list of rows that are written with a row, and what to do."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.what = what
        self.do = do


def owned(draft: Draft) -> None:
    """Fills in the rows that each resource's rows own."""
    for resource in draft.resources:
        for attribute in WRITABLE:
            for position, item in enumerate(resource.listed(attribute)):
                if isinstance(item, OwnedRows):
                    name = attribute_name(item.relation)
                    try:
                        if name in resource.owned:
                            raise Mistake("for the second time", "drop one of them")
                        resource.owned[name] = owned_of(draft, resource, item, once=attribute == "write_once")
                    except Mistake as mistake:
                        what = f"{resource.declared.__name__}.{attribute} owns {name}, {mistake.what}"
                        draft.problem(resource.place(attribute, position), what, mistake.do)


def owned_of(draft: Draft, resource: DraftResource, item: OwnedRows, *, once: bool) -> Owned:
    """One list of owned rows; Mistake where it cannot be."""
    step = step_of(draft, resource, item)
    child = resource_of(draft, item, step.table)
    named = child.declared.__name__
    parent = tuple((remote, local) for local, remote in step.pairs)
    held = {own for own, _ in parent}
    cascades(resource, child, parent)
    by = known_by(draft, child, item, held)
    order = order_of(draft, child, item)
    is_filled(draft, child, held | ({order} if order is not None else set()))
    asks_nothing_else(child, *(["create"] if once else ["create", "update", "delete"]))
    if item.most < 1 or item.depth < 1:
        raise Mistake(f"most={item.most} and depth={item.depth}", "both are at least 1")
    needed = ["create"] if once else ["create", "update", "delete"]
    for policy in needed:
        if policy not in child.policies:
            what = f"but {named} has no policy {policy!r}, which every row written there needs"
            raise Mistake(what, f"write {policy} = .. in {named}")
    return Owned(
        name=attribute_name(item.relation),
        relation=attribute_name(item.relation),
        resource=child.name,
        parent=parent,
        by=by,
        create=child.policies["create"],
        update=child.policies.get("update", child.policies["create"]),
        delete=child.policies.get("delete", child.policies["create"]),
        order=order,
        most=item.most,
        depth=item.depth,
        writable="once" if once else "always",
    )


def resource_of(draft: Draft, item: OwnedRows, table: str) -> DraftResource:
    """The resource that says what of a child can be written."""
    exposing = draft.resources_of(table)
    if item.resource is None:
        if len(exposing) == 1:
            return exposing[0]
        names = [other.declared.__name__ for other in exposing]
        if not names:
            raise Mistake(
                "whose rows no resource exposes", "declare one of their model, which says what can be written"
            )
        raise Mistake(f"whose rows {' and '.join(names)} expose", f"name one of them: owned(.., {names[0]})")
    child = next((other for other in draft.resources if other.declared is item.resource), None)
    named = getattr(item.resource, "__name__", repr(item.resource))
    if child is None:
        raise Mistake(f"as {named} says, which is not in this application", "name it in resources=[..]")
    if child.table.name != table:
        raise Mistake(f"as {named} says, which is about {child.title}", f"name a resource of {table}")
    return child


def step_of(draft: Draft, resource: DraftResource, item: OwnedRows) -> Step:
    """The one step from a row to the rows that it owns."""
    known = draft.tables[resource.table.name].relations
    relation = relation_of(draft.tables[resource.table.name], item.relation)
    if relation is None:
        what = f"which is not a relation of {resource.title}"
        raise Mistake(what, nearest(attribute_name(item.relation), known))
    if len(relation.steps) > 1:
        raise Mistake("which goes through a link table", f"write linked({resource.title}.{relation.name}, by=..)")
    if not relation.many:
        raise Mistake("a relation to one row", "own rows that refer to this one, by a relation to many")
    return relation.steps[0]


def cascades(resource: DraftResource, child: DraftResource, parent: tuple[tuple[str, str], ...]) -> None:
    """Raises Mistake unless the children go when their row goes."""
    key = {column.name for column in resource.table.primary_key.columns}
    for constraint in child.table.foreign_key_constraints:
        pairs = {(element.parent.name, element.column.name) for element in constraint.elements}
        if constraint.referred_table is resource.table and pairs == set(parent):
            if {there for _, there in parent} != key:
                what = f"which refers to {', '.join(there for _, there in parent)}, not to the key"
                raise Mistake(what, f"refer to the key of {resource.title}")
            if (constraint.ondelete or "").upper() == "CASCADE":
                return
            what = f"but a {child.title} stays when its {resource.title} goes, so that it is not owned"
            columns = " and ".join(f"{child.title}.{name}" for name, _ in parent)
            raise Mistake(what, f'declare {columns} with on_delete="cascade", or write it by its own operations')
    raise Mistake("by columns that are no foreign key", f"declare them with reference({resource.title}, ..)")


def asks_nothing_else(child: DraftResource, *actions: str) -> None:
    """Raises Mistake where the child's own operations ask for more than its policies, which a list does not."""
    named = child.declared.__name__
    more = own_ways(child.declared, *actions) or ("transitions" if child.transitions else "")
    if more:
        what = f"but {named} has {more}, which a list in another row's body would not ask"
        raise Mistake(what, f"write these rows by the operations of {named}, or ask it of their row")


def known_by(draft: Draft, child: DraftResource, item: OwnedRows, held: set[str]) -> tuple[str, ...]:
    """The child's fields by which it is known among those of its row."""
    names = list(child.lookup)
    if item.by is not None:
        column = column_of(child, item.by, "by")
        names = [child.mapper.get_property_by_column(column).key]
    names = [name for name in names if child.mapper.columns[name].name not in held]
    columns = {child.mapper.columns[name].name for name in names}
    if not names or not all(name in child.fields for name in names):
        raise Mistake("whose rows have no field by which one is told from the other", "name one: by=..")
    if not any(unique <= columns | held for unique in unique_sets(child.table)):
        what = f"known by {', '.join(names)}, which two of them could share"
        raise Mistake(what, f'declare UniqueConstraint("{min(held)}", "{min(columns)}"), or leave `by` out')
    defaults = draft.tables[child.table.name].makers
    for column in child.table.primary_key.columns:
        counted = child.table.autoincrement_column
        written = any(field.column == column.name and field.writable != "never" for field in child.fields.values())
        if column.name not in held and column.name not in defaults and column is not counted and not written:
            raise Mistake(f"whose key {column.name} only the database makes", "give it a default that Python makes")
    return tuple(names)


def order_of(draft: Draft, child: DraftResource, item: OwnedRows) -> str | None:
    """The column that keeps the order."""
    if item.ordered_by is None:
        return None
    column = column_of(child, item.ordered_by, "ordered_by")
    kind = draft.tables[child.table.name].kinds.get(column.name)
    if not isinstance(kind, kinds.Integer):
        raise Mistake(f"ordered by {column.name}, which holds no whole numbers", "order by a column of type int")
    if any(column.name in unique for unique in unique_sets(child.table)):
        what = f"ordered by {column.name}, which is part of a unique constraint: rows change places one after the other"
        raise Mistake(what, "drop the constraint; the order is kept without it")
    return str(column.name)


def column_of(child: DraftResource, attribute: Any, option: str) -> sa.Column[Any]:
    """The column of the child that an option names."""
    columns = child.mapper.columns
    key = attribute_name(attribute)
    if getattr(attribute, "class_", None) is not child.model or key not in columns:
        what = f"{option}={attribute_name(attribute)}, which is not a field of {child.title}"
        raise Mistake(what, nearest(attribute_name(attribute), columns.keys()))
    column: sa.Column[Any] = columns[key]
    return column


def is_filled(draft: Draft, child: DraftResource, filled: set[str]) -> None:
    """Raises Mistake where a column must have a value and nothing gives it one."""
    written = {field.column for field in child.fields.values() if field.writable != "never"}
    defaults = draft.tables[child.table.name].defaults
    for column in child.table.columns:
        if not column.nullable and column.name not in written | filled | set(defaults):
            raise Mistake(
                f"but nothing fills {child.title}.{column.name}, which cannot be null",
                f"name it in the `writable` of {child.declared.__name__}, or give it a default",
            )
