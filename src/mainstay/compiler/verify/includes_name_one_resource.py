"""An include answers rows as one resource answers them, and only one."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.passes.declared_includes import values_in
from mainstay.compiler.problem import Problem
from mainstay.declare.resource import Via, attribute_name


def includes_name_one_resource(draft: Draft) -> Iterator[Problem]:
    """A problem for each include whose rows no resource, or more than one, could answer."""
    for resource in draft.resources:
        unanswered = {include.relation for include in resource.includes if not include.resource}
        for attribute, position, item in related(resource):
            name = attribute_name(item.relation if isinstance(item, Via) else item)
            if name in unanswered:
                yield Problem(resource.place(attribute, position), *mistake(draft, resource, attribute, name, item))


def related(resource: DraftResource) -> Iterator[tuple[str, int | None, object]]:
    """The relations that a resource answers: in which attribute each is named, at which place, and how."""
    for attribute in ("includes", "embedded"):
        for position, item in enumerate(resource.listed(attribute)):
            yield attribute, position, item
    for name, values in values_in(resource):
        yield name, None, values.relation


def mistake(draft: Draft, resource: DraftResource, attribute: str, name: str, item: object) -> tuple[str, str]:
    """What is wrong with an include, and what to do."""
    target = draft.tables[resource.table.name].relations[name].target
    names = [other.declared.__name__ for other in draft.resources_of(target)]
    what = f"{resource.declared.__name__}.{attribute} names {name}, whose rows "
    if isinstance(item, Via) and item.resource is not None:
        what += f"{getattr(item.resource, '__name__', item.resource)} does not answer in this application"
    else:
        what += f"{' and '.join(names)} could answer" if names else "no resource answers"
    write = f"write via({resource.title}.{name}, {names[0]})" if names else "declare a resource of its model"
    return what, write
