"""Under which policies computed fields look at rows, and derived fields at columns."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import Place
from mainstay.declare.computed import ComputedField
from mainstay.operation import Computed, Counted, Field
from mainstay.policy import tree


def counted_rows(draft: Draft) -> None:
    """Lets rows elsewhere count where they may be read, and leaves out what is made of columns that may not be."""
    for resource in draft.resources:
        for name, declared in resource.beside().items():
            field = resource.fields.get(name)
            if field is None:
                continue
            read = tree.all_of(field.read, *policies_of_columns(resource, field))
            resource.fields[name] = replace(field, read=read)
            if isinstance(declared, ComputedField) and field.computed is not None:
                counted = counted_of(draft, resource, name, declared, field.computed)
                resource.fields[name] = replace(field, read=read, computed=replace(field.computed, counted=counted))


def policies_of_columns(resource: DraftResource, field: Field) -> Iterator[tree.Node]:
    """Who may read the columns of the row itself that a field is made of."""
    columns = set(field.derived.columns) if field.derived is not None else set()
    if field.computed is not None:
        nodes = field.computed.value.walk()
        columns = {node.name for node in nodes if isinstance(node, tree.Column) and node.source == resource.table.name}
    for other in resource.fields.values():
        if other.column in columns:
            yield other.read


def counted_of(
    draft: Draft, resource: DraftResource, name: str, declared: ComputedField, computed: Computed
) -> tuple[Counted, ...]:
    """The policies of every source; none where every row counts."""
    place, where = resource.place(name), f"{resource.declared.__name__}.{name}"
    sources = tree.tables_in(computed.value)
    if declared.all_rows is not None:
        if not declared.all_rows.strip():
            draft.problem(place, f"{where} has no reason for all_rows", "say why every row counts whoever asks")
        if declared.via or not sources:
            said = "names resources with via" if sources else "looks at no row but its own"
            draft.problem(
                place, f"{where} has all_rows, and {said}", "drop one of them" if sources else "drop all_rows"
            )
        return ()
    for named in declared.via:
        if not any(other.declared is named and other.table.name in sources.values() for other in draft.resources):
            shown = getattr(named, "__name__", repr(named))
            what = f"{where} is computed via {shown}, which exposes no row that it looks at"
            draft.problem(place, what, "name a resource of the application that does")
            return ()
    counted: list[Counted] = []
    for source, table in sources.items():
        exposing = draft.resources_of(table)
        chosen = [other for other in exposing if other.declared in declared.via] or exposing
        if len(chosen) == 1:
            counted.append(Counted(source, policies_of(draft, chosen[0], source, computed.value, where, place)))
        elif chosen:
            names = " and ".join(other.declared.__name__ for other in chosen)
            what = f"{where} looks at rows of {table}, which {names} expose"
            draft.problem(place, what, f"say whose policy is meant: computed(.., via={chosen[0].declared.__name__})")
        elif not is_own(computed.value, source):
            what = f"{where} looks at rows of {table}, which no resource exposes, so that nobody may read them"
            do = 'expose them, tie them to the actor with == actor.id, or write computed(.., all_rows="reason")'
            draft.problem(place, what, do)
    return tuple(counted)


def policies_of(
    draft: Draft, target: DraftResource, source: str, value: tree.Node, where: str, place: Place
) -> tuple[str, ...]:
    """The policies under which a resource's rows count: of the row, and of the fields that are looked at."""
    names = [target.name]
    looked_at = {node.name for node in value.walk() if isinstance(node, tree.Column) and node.source == source}
    for column in sorted(looked_at):
        fields = [field for field in target.fields.values() if field.column == column and field.readable]
        if not fields:
            what = f"{where} looks at {target.table.name}.{column}, which {target.declared.__name__} does not answer"
            draft.problem(place, what, 'expose it there, or write computed(.., all_rows="reason")')
        names.extend(f"{target.name}.{field.name}" for field in fields if field.read != tree.ANYONE)
    return tuple(names)


def is_own(value: tree.Node, source: str) -> bool:
    """Whether every row of a source that counts belongs to the actor: one of its columns must be their identifier."""
    return all(
        ties(node.where, source)
        for node in value.walk()
        if (isinstance(node, tree.Exists) and node.source == source)
        or (isinstance(node, tree.Aggregate) and any(one.name == source for one in node.sources))
    )


def ties(where: tree.Node, source: str) -> bool:
    """Whether a condition is only true of rows of the actor's."""
    match where:
        case tree.All(parts):
            return any(ties(part, source) for part in parts)
        case tree.Exists(where=inner):
            return ties(inner, source)
        case tree.Compare("eq", tree.Column(of), tree.ActorValue("id")) | tree.Compare(
            "eq", tree.ActorValue("id"), tree.Column(of)
        ):
            return of == source
    return False
