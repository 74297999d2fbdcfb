"""Policies as neutral trees: of operations, and of fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.passes.tables import describe
from mainstay.compiler.problem import Place
from mainstay.compiler.translate import OutsideTheSet, translate
from mainstay.declare.policy import Both, Either, Except, Fixed, OpaqueWhere, Policy, Where
from mainstay.policy import tree

KINDS_OF_POLICY = ("read", "create", "update", "delete")


def policies(draft: Draft) -> None:
    """Translates what each resource says about who may do what."""
    for resource in draft.resources:
        for name in KINDS_OF_POLICY:
            policy = getattr(resource.declared, name, None)
            if policy is not None:
                resource.policies[name] = checked(draft, resource, policy, name)
        field_policies(draft, resource, "read_fields", lambda field, node: replace(field, read=node))
        field_policies(draft, resource, "write_fields", lambda field, node: replace(field, write=node))
        if resource.deleted is not None and "read" in resource.policies:
            alive = tree.IsNull(tree.Column(resource.table.name, resource.deleted))
            resource.policies["read"] = tree.all_of(alive, resource.policies["read"])


def field_policies(
    draft: Draft, resource: DraftResource, attribute: str, change: Callable[[Any, tree.Node], Any]
) -> None:
    """Puts each policy of a mapping onto its field."""
    for position, (item, policy) in enumerate(getattr(resource.declared, attribute).items()):
        column = draft.column_of(resource, item, attribute, position)
        if column is None:
            continue
        key = resource.mapper.get_property_by_column(column).key
        node = checked(draft, resource, policy, attribute, position)
        if key not in resource.fields:
            draft.problem(
                resource.place(attribute, position),
                f"{resource.declared.__name__}.{attribute} guards {key}, which is not exposed",
                "drop it, or expose the field",
            )
            continue
        resource.fields[key] = change(resource.fields[key], node)


def checked(draft: Draft, resource: DraftResource, policy: Any, attribute: str, item: int | None = None) -> tree.Node:
    """The policy's tree; a problem, and nobody, where it has none."""
    place = resource.place(attribute, item)
    if not isinstance(policy, Policy):
        draft.problem(
            place,
            f"{resource.declared.__name__}.{attribute} is {policy}, which is not a policy",
            f"write {attribute} = where(..), owner(..), role(..), signed_in or anyone",
        )
        return tree.NOBODY
    return tree_of(draft, policy, place, {resource.table.name: resource.table.name})


def tree_of(draft: Draft, policy: Policy, place: Place, sources: dict[str, str]) -> tree.Node:
    """The policy as a tree; what cannot be translated is a problem, and nobody."""
    match policy:
        case Either(left, right):
            return tree.any_of(tree_of(draft, left, place, sources), tree_of(draft, right, place, sources))
        case Both(left, right):
            return tree.all_of(tree_of(draft, left, place, sources), tree_of(draft, right, place, sources))
        case Except(part):
            return tree.Not(tree_of(draft, part, place, sources))
        case Fixed(node):
            return node
        case OpaqueWhere(expression, reason):
            sql = str(expression.compile(compile_kwargs={"literal_binds": True}))
            draft.opaque[sql] = expression
            return tree.Opaque(sql, reason)
        case Where(expression):
            try:
                return in_scope(draft, translate(expression, sources), place)
            except OutsideTheSet as error:
                draft.problem(place, f"a policy cannot say this: {error}", 'write opaque(expression, "reason")')
    return tree.NOBODY


def in_scope(draft: Draft, node: tree.Node, place: Place) -> tree.Node:
    """The node, with a problem for each table that no resource reaches."""
    for part in node.walk():
        if isinstance(part, tree.Exists) and part.table not in draft.tables:
            adopt(draft, part.table, place)
    return node


def adopt(draft: Draft, name: str, place: Place) -> None:
    """Describes a table that only a policy looks through."""
    for resource in draft.resources:
        table = resource.table.metadata.tables.get(name)
        if isinstance(table, sa.Table):
            mappers = {mapper.local_table: mapper for mapper in resource.mapper.registry.mappers}
            draft.tables[name] = DraftTable(table, mappers.get(table))
            describe(draft, draft.tables[name])
            return
    draft.problem(place, f"a policy looks through {name}, which no model maps", "map it, or write opaque(..)")
