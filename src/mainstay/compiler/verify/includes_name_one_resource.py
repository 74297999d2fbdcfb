"""An include answers rows as one resource answers them, and only one."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft
from mainstay.compiler.problem import Problem


def includes_name_one_resource(draft: Draft) -> Iterator[Problem]:
    """A problem for each include whose rows no resource, or more than one, could answer."""
    for resource in draft.resources:
        for position, include in enumerate(resource.includes):
            if include.resource:
                continue
            target = draft.tables[resource.table.name].relations[include.relation].target
            names = [other.declared.__name__ for other in draft.resources_of(target)]
            yield Problem(
                resource.place("includes", position),
                f"{resource.declared.__name__}.includes names {include.name}, whose rows "
                + (f"{', '.join(names)} could answer" if names else "no resource answers"),
                f"write via({resource.title}.{include.name}, {names[0]})"
                if names
                else "declare a resource of its model",
            )
