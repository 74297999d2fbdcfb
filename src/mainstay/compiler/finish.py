"""Freezes the draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.passes.actions import name_of
from mainstay.compiler.passes.declared_fields import description_of, description_of_row
from mainstay.operation import Application, Group, Paging, Resource
from mainstay.policy import tree
from mainstay.storage import Storage
from mainstay.tables import Column, Table

C = TypeVar("C")


def finish(draft: Draft, made: Callable[[Application, Storage], C]) -> C:
    """The application and its storage, given to `made`."""
    application = Application(
        name=draft.name,
        version=draft.version,
        description=draft.description,
        prefix=draft.prefix,
        tables=tuple(table_of(table) for _, table in sorted(draft.tables.items())),
        resources=tuple(resource_of(draft, resource) for resource in draft.resources),
        operations=tuple(draft.operations),
        letter=draft.letter,
        groups=tuple(Group(name_of(group), description_of(group)) for group in draft.groups),
    )
    tables = {name: table.table for name, table in draft.tables.items()}
    metadata = next((table.metadata for table in tables.values()), draft.metadata)
    storage = Storage(
        metadata=sa.MetaData() if metadata is None else metadata,
        tables=tables,
        kinds={(name, column): kind for name, table in draft.tables.items() for column, kind in table.kinds.items()},
        defaults={
            (name, column): make for name, table in draft.tables.items() for column, make in table.makers.items()
        },
        on_update={
            (name, column): make for name, table in draft.tables.items() for column, make in table.touchers.items()
        },
        opaque=dict(draft.opaque),
        computed={(one.name, name): kind for one in draft.resources for name, kind in one.kinds.items()},
        derived={(one.name, name): make for one in draft.resources for name, make in one.makers.items()},
        code=dict(draft.code),
        minded=dict(draft.minded),
    )
    return made(application, storage)


def table_of(draft: DraftTable) -> Table:
    """A table as data."""
    unique = [constraint for constraint in draft.table.constraints if isinstance(constraint, sa.UniqueConstraint)]
    indexes = [index for index in draft.table.indexes if index.unique]
    named = sorted(
        (tuple(column.name for column in item.columns), str(item.name or ""))
        for some in (unique, indexes)
        for item in some
    )
    return Table(
        name=draft.table.name,
        columns=tuple(
            Column(
                column.name,
                draft.kinds[column.name].name,
                draft.kinds[column.name].form(),
                bool(column.nullable),
                draft.defaults.get(column.name),
                column.name in draft.followers,
            )
            for column in draft.table.columns
            if column.name in draft.kinds
        ),
        key=draft.key,
        unique=tuple(columns for columns, _ in named),
        unique_names=tuple(name for _, name in named),
        references=tuple(sorted(draft.references, key=lambda reference: reference.columns)),
        relations=tuple(relation for _, relation in sorted(draft.relations.items())),
        indexes=tuple(draft.indexes),
        search=draft.search,
    )


def resource_of(draft: Draft, resource: DraftResource) -> Resource:
    """A resource as data."""
    return Resource(
        name=resource.name,
        title=resource.thing,
        table=resource.table.name,
        description=description_of(resource.declared),
        row=description_of_row(resource),
        fields=tuple(resource.fields.values()),
        lookup=tuple(resource.fields[key].name for key in resource.lookup),
        read=resource.policies.get("read", tree.NOBODY),
        filters=tuple(resource.filters),
        sorts=tuple(resource.sorts),
        order=tuple(resource.order),
        includes=tuple(resource.includes),
        include_depth=resource.declared.include_depth,
        paging=Paging(resource.declared.default_limit, resource.declared.max_limit),
        search=resource.search,
        version=resource.version,
        deleted=resource.deleted,
        transitions=tuple(resource.transitions),
        must_match=resource.declared.must_match,
        owned=tuple(resource.owned.values()),
        links=tuple(resource.links.values()),
        acyclic=tuple(resource.acyclic),
    )
