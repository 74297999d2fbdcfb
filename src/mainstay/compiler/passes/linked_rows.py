"""Rows that a row is linked with by a list of plain values in its body."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from mainstay.compiler.draft import WRITABLE, Draft, DraftResource, is_of
from mainstay.compiler.passes.declared_lists import relation_of
from mainstay.compiler.passes.owned_rows import Mistake, asks_nothing_else
from mainstay.compiler.passes.tables import unique_sets
from mainstay.compiler.problem import nearest
from mainstay.declare.resource import Linked, Via, attribute_name
from mainstay.operation import Field, Links
from mainstay.policy.tree import ANYONE, Node
from mainstay.tables import Relation, Step
from mainstay.wire import Form, listed


def links(draft: Draft) -> None:
    """Fills in what each resource's rows can be linked with."""
    for resource in draft.resources:
        for attribute in WRITABLE:
            for position, item in enumerate(resource.listed(attribute)):
                if isinstance(item, Linked):
                    name = item.name or attribute_name(relation_in(item))
                    try:
                        made = links_of(draft, resource, item, name, once=attribute == "write_once")
                        if name in resource.links or name in resource.fields or name in resource.owned:
                            raise Mistake("a name that is taken", "give it another: name=..")
                        resource.links[name] = made
                    except Mistake as mistake:
                        what = f"{resource.declared.__name__}.{attribute} links {name}, {mistake.what}"
                        draft.problem(resource.place(attribute, position), what, mistake.do)


def relation_in(item: Linked) -> Any:
    """The relation that is written."""
    return item.relation.relation if isinstance(item.relation, Via) else item.relation


def links_of(draft: Draft, resource: DraftResource, item: Linked, name: str, *, once: bool) -> Links:
    """One list of links; Mistake where it cannot be."""
    relation = link_relation(draft, resource, item)
    there, onward = relation.steps
    target = target_of(draft, resource, item, relation)
    field = field_of(target, item)
    link = link_resource(draft, there)
    ends = {remote for _, remote in there.pairs} | {local for local, _ in onward.pairs}
    link_is_sound(draft, there, ends, resource, relation, target)
    create: Node | None = None
    if item.create_missing:
        create = creation(draft, target, field)
    if item.most < 1:
        raise Mistake(f"most={item.most}", "it is at least 1")
    policies = {} if link is None else link.policies
    needed = ["create"] if once else ["create", "delete"]
    for policy in needed if link is not None else ():
        if policy not in policies:
            declared = link.declared.__name__ if link is not None else ""
            what = f"but {declared} has no policy {policy!r}, which every link needs"
            raise Mistake(what, f"write {policy} = .. in {declared}")
    if link is not None:
        asks_nothing_else(link, *needed)
    return Links(
        name=name,
        relation=relation.name,
        resource=target.name,
        field=field.name,
        form=Form("array", shape=listed(field.form, item.most)),
        link=None if link is None else link.name,
        add=policies.get("create", ANYONE),
        remove=policies.get("delete", ANYONE),
        create=create,
        most=item.most,
        writable="once" if once else "always",
    )


def link_relation(draft: Draft, resource: DraftResource, item: Linked) -> Relation:
    """The relation through a link table."""
    attribute = relation_in(item)
    table = draft.tables[resource.table.name]
    relation = relation_of(table, attribute)
    if relation is None:
        what = f"which is not a relation of {resource.title}"
        raise Mistake(what, nearest(attribute_name(attribute), table.relations))
    if len(relation.steps) != 2:
        what = "which goes through no link table"
        raise Mistake(what, f"write owned({resource.title}.{relation.name}, ..) for rows that belong to this one")
    return relation


def target_of(draft: Draft, resource: DraftResource, item: Linked, relation: Relation) -> DraftResource:
    """The resource of the rows that are linked."""
    exposing = draft.resources_of(relation.target)
    if isinstance(item.relation, Via):
        exposing = [other for other in exposing if other.declared is item.relation.resource]
    if len(exposing) == 1:
        return exposing[0]
    names = [other.declared.__name__ for other in draft.resources_of(relation.target)]
    if not names:
        raise Mistake(f"whose rows no resource exposes ({relation.target})", "one must: its read policy guards them")
    write = f"linked(via({resource.title}.{relation.name}, {names[0]}), ..)"
    raise Mistake(f"whose rows {' and '.join(names)} expose", f"name one of them: {write}")


def field_of(target: DraftResource, item: Linked) -> Field:
    """The unique field by which rows are named."""
    attribute: Any = item.by
    key = attribute_name(attribute)
    of_target = isinstance(attribute, InstrumentedAttribute) and is_of(target.model, attribute)
    if not of_target or key not in target.fields:
        what = f"by={attribute_name(attribute)}, which is not a field of {target.declared.__name__}"
        raise Mistake(what, nearest(attribute_name(attribute), target.fields))
    field = target.fields[key]
    if {field.column} not in unique_sets(target.table) or field.nullable:
        what = f"by={field.name}, which two rows could share" if not field.nullable else f"by={field.name}, can be null"
        raise Mistake(what, "name a field that is declared with field(unique=True) and without None")
    if not field.readable:
        raise Mistake(f"by={field.name}, which nobody may read", "name a field that callers know")
    return field


def link_resource(draft: Draft, there: Step) -> DraftResource | None:
    """The resource that exposes the link table."""
    exposing = draft.resources_of(there.table)
    if len(exposing) > 1:
        names = " and ".join(other.declared.__name__ for other in exposing)
        raise Mistake(f"whose links {names} expose", "expose the link table in one resource")
    return exposing[0] if exposing else None


def link_is_sound(
    draft: Draft, there: Step, ends: set[str], resource: DraftResource, relation: Relation, target: DraftResource
) -> None:
    """Raises Mistake unless a link is one row, of the two keys and what fills itself."""
    table = draft.tables[there.table]
    if ends not in unique_sets(table.table):
        columns = ", ".join(f'"{name}"' for name in sorted(ends))
        raise Mistake(
            f"but {there.table} could hold a link twice",
            f"make its key of {columns}, or add UniqueConstraint({columns})",
        )
    keys = [{column.name for column in known.table.primary_key.columns} for known in (resource, target)]
    held = [{own for own, _ in relation.steps[0].pairs}, {far for _, far in relation.steps[1].pairs}]
    if keys != held:
        raise Mistake(f"but {there.table} does not hold the keys of both", "let it refer to the key of each")
    for column in table.table.columns:
        if not column.nullable and column.name not in ends and column.name not in table.defaults:
            what = f"but nothing fills {there.table}.{column.name}, which cannot be null"
            raise Mistake(what, "give it a default")


def creation(draft: Draft, target: DraftResource, field: Field) -> Node:
    """Who may make a row for a value that none has."""
    declared = target.declared.__name__
    if "create" not in target.policies:
        what = f"with create_missing, but {declared} has no policy 'create'"
        raise Mistake(what, f"write create = .. in {declared}")
    asks_nothing_else(target, "create")
    if field.writable == "never":
        what = f"with create_missing, but {declared} does not let anybody write {field.name}"
        raise Mistake(what, f"name {target.title}.{field.name} in its `writable` or `write_once`")
    others = draft.tables[target.table.name].defaults
    for column in target.table.columns:
        if not column.nullable and column.name != field.column and column.name not in others:
            what = f"with create_missing, but a {target.title} needs {column.name} as well"
            raise Mistake(what, "give it a default, or drop create_missing")
    return target.policies["create"]
