"""Computed fields: what each works out, as a neutral tree, and the kind of it."""

from __future__ import annotations

from collections.abc import Callable

from mainstay.compiler.docstrings import attribute_docstring
from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.passes.declared_policies import in_scope
from mainstay.compiler.problem import Place
from mainstay.compiler.translate import OPAQUE, OutsideTheSet, worked_out
from mainstay.declare.computed import ComputedField
from mainstay.kinds import Kind
from mainstay.operation import Computed, Field
from mainstay.policy import tree
from mainstay.policy.results import NoKind, can_be_null, common, kind_of


def computed_fields(draft: Draft) -> None:
    """Exposes each computed field."""
    for resource in draft.resources:
        for name, declared in resource.beside().items():
            if is_free(draft, resource, name) and isinstance(declared, ComputedField):
                field = field_of(draft, resource, name, declared)
                if field is not None:
                    resource.fields[name] = field


def is_free(draft: Draft, resource: DraftResource, name: str) -> bool:
    """Whether the model has nothing of that name; a problem, told once, where it has."""
    if name not in resource.mapper.attrs and name not in resource.table.c:
        return True
    if isinstance(resource.beside()[name], ComputedField):
        what = f"{resource.declared.__name__}.{name} is a field, and {resource.title} has a {name} already"
        draft.problem(resource.place(name), what, "give the field another name")
    return False


def field_of(draft: Draft, resource: DraftResource, name: str, declared: ComputedField) -> Field | None:
    """One computed field; None, with a problem, where it cannot be worked out."""
    place = resource.place(name)
    before = len(draft.problems)
    try:
        value = worked_out(declared.expression, {resource.table: resource.table.name})
        in_scope(draft, value, place)
        if len(draft.problems) > before or looks_at_secrets(draft, resource, name, value, place):
            return None
        tables = {resource.table.name: resource.table.name, **tree.tables_in(value)}
        kind = checked(value, lambda column: draft.tables[tables[column.source]].kinds[column.name])
    except (OutsideTheSet, NoKind) as error:
        do = "leave it to a derived field" if error.do == OPAQUE else error.do
        draft.problem(place, f"{resource.declared.__name__}.{name} cannot be computed: {error}", do)
        return None
    resource.kinds[name] = kind

    def nullable(column: tree.Column) -> bool:
        return bool(draft.tables[tables[column.source]].table.c[column.name].nullable)

    computed = Computed(value, all_rows=declared.all_rows)
    null = can_be_null(value, nullable)
    told = attribute_docstring(resource.declared, name)
    return Field(name, name, kind.name, kind.sampled(), told, null, computed=computed)


def checked(value: tree.Node, of_column: Callable[[tree.Column], Kind]) -> Kind:
    """The kind of the value, where every part of it has one; NoKind where not."""
    for node in value.walk():
        if isinstance(node, tree.WORKED_OUT):
            kind_of(node, of_column)
        if isinstance(node, tree.Compare) and any(isinstance(part, tree.WORKED_OUT) for part in node.children()):
            common([part for part in node.children() if not isinstance(part, tree.ActorValue)], of_column)
        alone = isinstance(node, tree.Compare | tree.IsNull | tree.In | tree.InClaim) and all(
            isinstance(part, tree.ActorValue | tree.Value) for part in node.children()
        )
        if alone:
            raise NoKind("it compares the actor with constants", "say who may read the field with read_fields")
    return kind_of(value, of_column)


def looks_at_secrets(draft: Draft, resource: DraftResource, name: str, value: tree.Node, place: Place) -> bool:
    """Whether more of a secret would be told than whether it is there; that is a problem."""
    tables = {resource.table.name: resource.table.name, **tree.tables_in(value)}
    allowed = {id(node.value) for node in value.walk() if isinstance(node, tree.IsNull)}
    for node in value.walk():
        if isinstance(node, tree.Column) and id(node) not in allowed:
            kind = draft.tables[tables[node.source]].kinds.get(node.name)
            if kind is not None and not kind.readable:
                what = f"{resource.declared.__name__}.{name} is computed of {node.name}, which is a secret"
                draft.problem(place, what, "nothing but whether it is null can be told of a secret")
                return True
    return False
