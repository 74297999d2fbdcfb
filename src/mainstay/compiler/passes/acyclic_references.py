"""References by which no row may become its own ancestor."""

from __future__ import annotations

from mainstay.compiler.draft import Draft
from mainstay.tables import Reference


def acyclic(draft: Draft) -> None:
    """Fills in the columns of each resource that may form no circle."""
    for resource in draft.resources:
        key = tuple(column.name for column in resource.table.primary_key.columns)
        for position, item in enumerate(resource.listed("acyclic")):
            column = draft.column_of(resource, item, "acyclic", position)
            if column is None:
                continue
            references = draft.tables[resource.table.name].references
            if any(is_own(reference, column.name, resource.table.name, key) for reference in references):
                resource.acyclic.append(column.name)
            else:
                draft.problem(
                    resource.place("acyclic", position),
                    f"{resource.declared.__name__}.acyclic names {column.name}, "
                    f"which does not refer to the key of another {resource.title}",
                    "name a reference of the table to itself",
                )


def is_own(reference: Reference, column: str, table: str, key: tuple[str, ...]) -> bool:
    """Whether a reference of this column alone is to a row of the same table, by its key."""
    return reference.columns == (column,) and reference.table == table and reference.target == key
