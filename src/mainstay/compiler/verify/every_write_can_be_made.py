"""A create that can never succeed is a mistake, as is a write without anything to write."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.passes.parents import columns_from_path
from mainstay.compiler.passes.tables import maker_of
from mainstay.compiler.problem import Problem
from mainstay.declare.resource import Resource
from mainstay.operation import Field, Links, Owned


def every_write_can_be_made(draft: Draft) -> Iterator[Problem]:
    """A problem for each column that a create must fill and nothing fills, and for each write of nothing."""
    for resource in draft.resources:
        if "create" in resource.operations and resource.declared.on_create is Resource.on_create:
            for column in missing(draft, resource):
                yield Problem(
                    resource.place("writable"),
                    f"{resource.declared.__name__} has create, "
                    f"but nothing fills {resource.title}.{column}, which cannot be null",
                    "make it writable, give it a default (default=actor.id, say), or make it nullable",
                )
        if set(resource.operations) & {"create", "replace", "update"} or resource.name in written_with_others(draft):
            for column in unmade(resource):
                yield Problem(
                    draft.tables[resource.table.name].place(column),
                    f"{resource.title}.{column} has a default that is SQL, which only a session of SQLAlchemy's runs",
                    "use server_default, or a function of Python's",
                )
        changes = {"replace", "update"} & set(resource.operations)
        written: list[Field | Owned | Links] = [*resource.fields.values()]
        written += [*resource.owned.values(), *resource.links.values()]
        if changes and not any(part.writable == "always" for part in written):
            yield Problem(
                resource.place("operations"),
                f"{resource.declared.__name__} has {' and '.join(sorted(changes))}, but no field is writable",
                "name fields in `writable`, or leave the operations out",
            )


def written_with_others(draft: Draft) -> set[str]:
    """The names of the resources whose rows are written with rows of others."""
    return {
        part.resource
        for resource in draft.resources
        for lists in (resource.owned, resource.links)
        for part in lists.values()
    }


def missing(draft: Draft, resource: DraftResource) -> Iterator[str]:
    """Columns that must have a value and get none."""
    written = {field.column for field in resource.fields.values() if field.writable != "never"}
    if not resource.declared.flat:
        written |= set(columns_from_path(draft, resource))
    defaults = draft.tables[resource.table.name].defaults
    for column in resource.table.columns:
        if not column.nullable and column.name not in written and column.name not in defaults:
            yield column.name


def unmade(resource: DraftResource) -> Iterator[str]:
    """Columns with a default, or a value at every change, that is neither a constant nor a function nor now()."""
    for column in resource.table.columns:
        for default in (column.default, column.onupdate):
            if default is not None and maker_of(default) is None:
                yield column.name
