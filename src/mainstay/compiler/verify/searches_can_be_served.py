"""What `q` looks into is text that an index of words can hold, under policies that one statement can tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource, DraftTable
from mainstay.compiler.passes.declared_search import searched
from mainstay.compiler.problem import Problem
from mainstay.kinds import Secret, Text
from mainstay.operation import RELEVANCE
from mainstay.policy.tree import ANYONE

MOST_COLUMNS = 8
"""Columns of one table whose words are indexed."""

MOST_POLICIES = 3
"""Policies of searched fields, each of which doubles the conditions of a search."""


def searches_can_be_served(draft: Draft) -> Iterator[Problem]:
    """A problem for each searched column that cannot be, and for each resource with too many policies among them."""
    for table in draft.tables.values():
        yield from of_table(draft, table)
    for resource in draft.resources:
        if resource.search:
            yield from of_resource(resource)


def of_table(draft: Draft, table: DraftTable) -> Iterator[Problem]:
    """What is wrong with the searched columns of a table."""
    columns = searched(table)
    for name in columns:
        kind = table.kinds.get(name)
        if kind is not None and (not isinstance(kind, Text) or isinstance(kind, Secret)):
            what = f"{table.table.name}.{name}, of kind {kind.name}, is searched"
            yield Problem(table.place(name), what, "write field(search=True) for text that may be read")
    if len(columns) > MOST_COLUMNS:
        what = f"{len(columns)} columns of {table.table.name} are searched"
        do = f"search {MOST_COLUMNS} at most, or gather their text in one column"
        yield Problem(table.place(columns[MOST_COLUMNS]), what, do)
    if columns and not draft.declare_indexes:
        what = f"{table.table.name}.{columns[0]} is searched, and its index of words would have to be there already"
        yield Problem(table.place(columns[0]), what, "leave declare_indexes on, or leave search=True out")


def of_resource(resource: DraftResource) -> Iterator[Problem]:
    """What is wrong with what a resource lets search."""
    name = resource.declared.__name__
    policies = {field.read for field in resource.fields.values() if field.name in resource.search} - {ANYONE}
    if len(policies) > MOST_POLICIES:
        what = f"{name} has {len(policies)} different policies in read_fields for fields that are searched"
        do = f"let {MOST_POLICIES} do, or leave search=True out"
        yield Problem(resource.place("read_fields"), what, do)
    if any(sort.name == RELEVANCE for sort in resource.sorts):
        what = f"{name}.sorts names {RELEVANCE}, which is what a searched list is sorted by with sort={RELEVANCE}"
        yield Problem(resource.place("sorts"), what, "give the field another name")
