"""Which columns have their words indexed, and which fields of each resource `q` looks into."""

from __future__ import annotations

import hashlib

from mainstay.compiler.draft import Draft, DraftTable
from mainstay.declare.field import options_of
from mainstay.kinds import Text
from mainstay.kinds.words import VERSION
from mainstay.storage import SEARCH
from mainstay.tables import SearchIndex


def search(draft: Draft) -> None:
    """The index of each table with searched columns, and the fields that show them, in the order of the model."""
    for table in draft.tables.values():
        columns = tuple(name for name in searched(table) if isinstance(table.kinds.get(name), Text))
        if columns:
            table.search = SearchIndex(index_name(columns), columns)
    for resource in draft.resources:
        index = draft.tables[resource.table.name].search
        if index is not None:
            fields = [field for field in resource.fields.values() if field.readable]
            resource.search = tuple(field.name for field in fields if field.column in index.columns)


def searched(table: DraftTable) -> list[str]:
    """The columns that were declared to be searched."""
    return [column.name for column in table.table.columns if options_of(column).search]


def index_name(columns: tuple[str, ...]) -> str:
    """A name that no index of other columns has, or of words that are told apart in another way."""
    return "search_" + hashlib.sha256(f"{VERSION} {columns}".encode()).hexdigest()[:8]


def declare_search(draft: Draft) -> None:
    """Tells the databases which of the tables have such an index, once there is no mistake."""
    for table in draft.tables.values():
        if table.search is not None:
            table.table.info[SEARCH] = table.search
