"""Policies as neutral trees: of operations, and of fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.passes.tables import describe, mappers_by_table
from mainstay.compiler.problem import Place
from mainstay.compiler.translate import OutsideTheSet, Sources, plain, translate
from mainstay.declare.actor import ActorElement, ClaimHas
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
    given = getattr(resource.declared, attribute)
    for position, (item, policy) in enumerate(given.items() if isinstance(given, Mapping) else ()):
        key = draft.field_of(resource, item, attribute, position)
        if key is None:
            continue
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
    return tree_of(draft, policy, place, {resource.table: resource.table.name})


def tree_of(draft: Draft, policy: Any, place: Place, sources: Sources) -> tree.Node:
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
            return opaque(draft, expression, reason, place)
        case Where(expression):
            try:
                return in_scope(draft, without_work(translate(expression, sources)), place)
            except OutsideTheSet as error:
                draft.problem(place, f"a policy cannot say this: {error}", error.do)
        case _:
            draft.problem(place, f"a policy is combined with {policy}, which is none", f"write where({policy})")
    return tree.NOBODY


def without_work(node: tree.Node) -> tree.Node:
    """The node; OutsideTheSet where a value in it is worked out, which only computed fields have."""
    for part in node.walk():
        if isinstance(part, tree.WORKED_OUT):
            raise OutsideTheSet(f"{part.word} has no node in a policy")
    return node


def opaque(draft: Draft, expression: Any, reason: str, place: Place) -> tree.Node:
    """An expression that only the database can evaluate, by its SQL."""
    expression = plain(expression)
    if any(isinstance(part, ActorElement | ClaimHas) for part in sa.sql.visitors.iterate(expression)):
        draft.problem(
            place,
            f"opaque(..) is about the actor: {expression}",
            "combine it with where(..) or owner(..), which may be",
        )
        return tree.NOBODY
    if not reason.strip():
        draft.problem(place, "opaque(..) has no reason", "say why it must be: the proof cannot follow it")
    try:
        sql = str(expression.compile(compile_kwargs={"literal_binds": True}))
    except sa.exc.CompileError as error:
        draft.problem(place, f"opaque(..) has no text: {error}", "write its constants with literal_column(..)")
        return tree.NOBODY
    draft.opaque[sql] = expression
    return tree.Opaque(sql, reason)


def in_scope(draft: Draft, node: tree.Node, place: Place) -> tree.Node:
    """The node, with a problem for each table that no resource reaches, and each column that no kind has."""
    tables = tree.tables_in(node)
    for table in tables.values():
        if table not in draft.tables:
            adopt(draft, table, place)
    for part in node.walk():
        if isinstance(part, tree.Column):
            known = draft.tables.get(tables.get(part.source, part.source))
            if known is not None and part.name in known.impossible:
                draft.problem(
                    place, f"a policy looks at {part.name}: {known.impossible[part.name]}", "write opaque(..)"
                )
    return node


def adopt(draft: Draft, name: str, place: Place) -> None:
    """Describes a table that only a policy looks through."""
    for resource in draft.resources:
        table = resource.table.metadata.tables.get(name)
        if isinstance(table, sa.Table):
            draft.tables[name] = DraftTable(table, mappers_by_table(resource).get(table))
            describe(draft, draft.tables[name])
            return
    draft.problem(place, f"a policy looks through {name}, which no model maps", "map it, or write opaque(..)")
