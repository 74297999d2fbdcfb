"""Filters that are a condition of what the caller gives: `parameter(name, exists().where(.., column == given))`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.passes.computed_fields import looks_at_secrets
from mainstay.compiler.passes.counted_rows import counted_of
from mainstay.compiler.passes.declared_policies import in_scope
from mainstay.compiler.translate import GIVEN, OutsideTheSet, translate
from mainstay.declare.computed import ComputedField
from mainstay.declare.resource import NamedFilter
from mainstay.kinds import Kind, Reference
from mainstay.operation import Computed, Filter
from mainstay.policy import tree


def condition_filter(draft: Draft, resource: DraftResource, item: NamedFilter, position: int) -> Filter | None:
    """One such filter; None, with a problem, where it is a mistake."""
    place = resource.place("filters", position)
    named = f"the parameter {item.name} of {resource.declared.__name__}"
    try:
        where = translate(item.of, {resource.table: resource.table.name, GIVEN: "given"})
    except OutsideTheSet as error:
        draft.problem(place, f"{named} cannot say this: {error}", "write what has a node, or a custom route")
        return None
    before = len(draft.problems)
    in_scope(draft, where, place)
    if len(draft.problems) > before or looks_at_secrets(draft, resource, "filters", where, place):
        return None
    for column in unreadable(resource, where):
        what = f"{named} looks at {column}, which callers cannot read"
        draft.problem(place, what, "what can be filtered by can be found out: expose it, or leave it out")
        return None
    kind = kind_of_given(draft, resource, where)
    if kind is None:
        what = f"{named} does not compare `given` with columns of one kind"
        draft.problem(place, what, "compare it with a column: User.username == given")
        return None
    resource.conditions[item.name] = ComputedField(item.of, item.all_rows, item.via)
    return Filter(item.name, "", kind.name, kind.sampled(), ("eq",), where=Computed(where, all_rows=item.all_rows))


def unreadable(resource: DraftResource, where: tree.Node) -> Iterator[str]:
    """The columns of the row itself that a condition looks at, but to find rows elsewhere, and no field answers."""
    readable = {field.column for field in resource.fields.values() if field.readable}
    joining = {
        id(part)
        for node in where.walk()
        if isinstance(node, tree.Compare) and all(isinstance(part, tree.Column) for part in node.children())
        for part in node.children()
    }
    for node in where.walk():
        own = isinstance(node, tree.Column) and node.source == resource.table.name and id(node) not in joining
        if isinstance(node, tree.Column) and own and node.name not in readable:
            yield node.name


def kind_of_given(draft: Draft, resource: DraftResource, where: tree.Node) -> Kind | None:
    """The kind of what the caller gives: that of every column that it is compared with; None where there is none."""
    tables = {resource.table.name: resource.table.name, **tree.tables_in(where)}
    columns = tree.compared_with_given(where)
    kinds = [draft.tables[tables[column.source]].kinds[column.name] for column in columns]
    kinds = [kind.key if isinstance(kind, Reference) else kind for kind in kinds]
    given = sum(isinstance(node, tree.Given) for node in where.walk())
    alike = bool(kinds) and all(kind == kinds[0] for kind in kinds)
    return kinds[0] if alike and given == len(columns) else None


def condition_policies(draft: Draft) -> None:
    """Lets rows elsewhere be seen by the conditions of filters where they may be read."""
    for resource in draft.resources:
        for number, filter_ in enumerate(resource.filters):
            declared = resource.conditions.get(filter_.name)
            if declared is not None and filter_.where is not None:
                counted = counted_of(draft, resource, "filters", declared, filter_.where)
                resource.filters[number] = replace(filter_, where=replace(filter_.where, counted=counted))
