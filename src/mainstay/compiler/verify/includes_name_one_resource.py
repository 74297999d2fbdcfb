"""An include answers rows as one resource answers them, and only one."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import Problem
from mainstay.declare.resource import Via, attribute_name


def includes_name_one_resource(draft: Draft) -> Iterator[Problem]:
    """A problem for each include whose rows no resource, or more than one, could answer."""
    for resource in draft.resources:
        unanswered = {include.relation for include in resource.includes if not include.resource}
        for position, item in enumerate(resource.listed("includes")):
            name = attribute_name(item.relation if isinstance(item, Via) else item)
            if name in unanswered:
                yield Problem(resource.place("includes", position), *mistake(draft, resource, name, item))


def mistake(draft: Draft, resource: DraftResource, name: str, item: object) -> tuple[str, str]:
    """What is wrong with an include, and what to do."""
    target = draft.tables[resource.table.name].relations[name].target
    names = [other.declared.__name__ for other in draft.resources_of(target)]
    what = f"{resource.declared.__name__}.includes names {name}, whose rows "
    if isinstance(item, Via) and item.resource is not None:
        what += f"{getattr(item.resource, '__name__', item.resource)} does not answer in this application"
    else:
        what += f"{' and '.join(names)} could answer" if names else "no resource answers"
    write = f"write via({resource.title}.{name}, {names[0]})" if names else "declare a resource of its model"
    return what, write
