"""The fields of each resource, and the columns that mean something by themselves."""

from __future__ import annotations

import inspect
from typing import Any

import sqlalchemy as sa

from mainstay.compiler.docstrings import attribute_docstring
from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.declare.field import options_of
from mainstay.operation import Field, Writable


def fields(draft: Draft) -> None:
    """Exposes columns as fields: all but the hidden ones, or just those that are named."""
    for resource in draft.resources:
        table = draft.tables[resource.table.name]
        hidden = {column.name for column in draft.columns_in(resource, "hidden")}
        listed = resource.declared.fields
        shown = {column.name for column in draft.columns_in(resource, "fields")} if listed is not None else None
        always = {column.name for column in draft.columns_in(resource, "writable")}
        once = {column.name for column in draft.columns_in(resource, "write_once")}
        resource.lookup = lookup_of(draft, resource)
        for key, column in resource.mapper.columns.items():
            name = column.name
            if (
                name in table.impossible
                and name not in hidden
                and (shown is None or name in shown or name in always | once)
            ):
                draft.problem(
                    table.place(name),
                    f"{resource.title}.{key} cannot be a field: {table.impossible[name]}",
                    f"use a type that a kind has, or write hidden = [{resource.title}.{key}]",
                )
            if name not in table.kinds:
                continue
            note_meaning(resource, column)
            writable: Writable = "always" if name in always else "once" if name in once else "never"
            readable = name not in hidden and (shown is None or name in shown)
            if name == resource.deleted and shown is None:
                readable = False
            if readable or writable != "never" or key in resource.lookup:
                resource.fields[key] = field_of(table, resource.model, column, key, readable, writable)


def field_of(
    table: DraftTable, model: type[Any], column: sa.Column[object], name: str, readable: bool, writable: Writable
) -> Field:
    """A column as a field."""
    kind = table.kinds[column.name]
    return Field(
        name=name,
        column=column.name,
        kind=kind.name,
        form=kind.sampled(),
        description=column.comment or column.doc or attribute_docstring(model, name),
        nullable=bool(column.nullable),
        readable=readable and kind.readable,
        writable=writable,
        required=writable != "never" and not column.nullable and column.name not in table.defaults,
    )


def note_meaning(resource: DraftResource, column: sa.Column[object]) -> None:
    """Remembers the version column and the one that marks deleted rows."""
    meaning = options_of(column).meaning
    if meaning == "version":
        resource.version = column.name
    elif meaning == "deleted":
        resource.deleted = column.name


def lookup_of(draft: Draft, resource: DraftResource) -> tuple[str, ...]:
    """The fields that stand in the path of one row."""
    chosen = resource.declared.lookup
    if chosen is not None:
        column = draft.column_of(resource, chosen, "lookup", 0)
        return () if column is None else (resource.mapper.get_property_by_column(column).key,)
    return tuple(resource.mapper.get_property_by_column(column).key for column in resource.table.primary_key.columns)


def description_of_row(resource: DraftResource) -> str:
    """What one row is: what its model says, or the resource where that says nothing."""
    return description_of(resource.model) or description_of(resource.declared)


def description_of(declared: type) -> str:
    """A class's own docstring, without its indentation."""
    return inspect.cleandoc(declared.__dict__.get("__doc__") or "")
