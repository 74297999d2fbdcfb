"""Resources that are served under the path of another one's row."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.passes.declared_lists import relation_of
from mainstay.compiler.passes.operations import path_of, row_parameters
from mainstay.compiler.problem import nearest
from mainstay.declare.resource import Via, attribute_name
from mainstay.operation import Operation, Shape, Under


def parents(draft: Draft) -> None:
    """Finds the parent of each resource that names one."""
    for resource in draft.resources:
        given: Any = resource.declared.parent
        if given is not None:
            resource.under = under_of(draft, resource, given)
    for resource in draft.resources:
        if resource.under is not None and parent_of(draft, resource).under is not None:
            above = parent_of(draft, resource)
            if not above.declared.flat:
                draft.problem(
                    resource.place("parent"),
                    f"{resource.declared.__name__} is under {above.declared.__name__}, which have a parent themselves",
                    f"write flat = True in {above.declared.__name__}, whose own path is then used",
                )


def under_of(draft: Draft, resource: DraftResource, given: Any) -> Under | None:
    """The parent of a resource; None, with a problem, where it is a mistake."""
    place, named = resource.place("parent"), f"{resource.declared.__name__}.parent"
    attribute = given.relation if isinstance(given, Via) else given
    table = draft.tables[resource.table.name]
    relation = relation_of(table, attribute)
    one = {name: known for name, known in table.relations.items() if not known.many}
    if relation is None or relation.many:
        what = "which leads to many rows" if relation is not None else f"which is not a relation of {resource.title}"
        draft.problem(place, f"{named} is {attribute_name(attribute)}, {what}", nearest(attribute_name(attribute), one))
        return None
    exposing = draft.resources_of(relation.target)
    if isinstance(given, Via) and given.resource is not None:
        exposing = [other for other in draft.resources if other.declared is given.resource]
    if len(exposing) != 1 or exposing[0].table.name != relation.target:
        names = " and ".join(other.declared.__name__ for other in exposing)
        what = f"whose rows {names} could answer" if names else "whose rows no resource answers"
        do = f"write via({resource.title}.{relation.name}, ..)" if names else "declare a resource of its model"
        draft.problem(place, f"{named} is {relation.name}, {what}", do)
        return None
    nullable = any(table.table.c[local].nullable for local, _ in relation.steps[0].pairs)
    if nullable and not resource.declared.flat:
        what = f"{named} is {relation.name}, which a row may have none of"
        draft.problem(place, what, "write flat = True, so that such rows have a path, or make it not null")
    return Under(relation.name, exposing[0].name)


def parent_of(draft: Draft, resource: DraftResource) -> DraftResource:
    """The resource of the row that stands in the paths of a resource's rows."""
    assert resource.under is not None
    return next(other for other in draft.resources if other.name == resource.under.resource)


def columns_from_path(draft: Draft, resource: DraftResource) -> list[str]:
    """The columns whose values the path under a parent says; none where there is no parent."""
    if resource.under is None:
        return []
    return [local for local, _ in draft.tables[resource.table.name].relations[resource.under.relation].steps[0].pairs]


def nested_paths(draft: Draft) -> None:
    """Puts operations under the paths of their parents, beside their own ones or instead."""
    by_name = {resource.name: resource for resource in draft.resources}
    made: list[Operation] = []
    for operation in draft.operations:
        resource = by_name.get(operation.resource or "")
        if resource is None or resource.under is None or operation.name != f"{resource.name}.{operation.action}":
            made.append(operation)
            continue
        if resource.declared.flat:
            made.append(operation)
        made.append(nested(draft, resource, resource.under, operation))
    draft.operations = made


def nested(draft: Draft, resource: DraftResource, under: Under, operation: Operation) -> Operation:
    """One operation under the path of a parent; `articles.comments.list` where there is a `comments.list` as well."""
    parent = parent_of(draft, resource)
    own = {parameter.name for parameter in row_parameters(draft, resource)}
    above = [
        replace(parameter, name=f"{under.relation}_{parameter.name}") if parameter.name in own else parameter
        for parameter in row_parameters(draft, parent)
    ]
    base = path_of(draft, parent, one=False) + "".join(f"/{{{parameter.name}}}" for parameter in above)
    return replace(
        operation,
        name=f"{parent.name}.{operation.name}" if resource.declared.flat else operation.name,
        path=base + operation.path.removeprefix(draft.prefix),
        under=under,
        parameters=(*above, *operation.parameters),
        body=None if operation.body is None else without_path(draft, resource, parent, operation.body),
        errors=tuple(dict.fromkeys((*operation.errors, "NOT_FOUND"))),
        statements=operation.statements + 1,
    )


def without_path(draft: Draft, resource: DraftResource, parent: DraftResource, body: Shape) -> Shape:
    """A body without what the path says."""
    said = columns_from_path(draft, resource)
    names = {field.name for field in resource.fields.values() if field.column in said}
    name = f"{body.name}Of{parent.thing}" if resource.declared.flat else body.name
    return replace(body, name=name, parts=tuple(part for part in body.parts if part.name not in names))
