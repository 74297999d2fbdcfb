"""The tables of a database with their indexes, put together from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.check.facts.databases import Index, Table
from mainstay.check.facts.handlers import Facts


@dataclass(frozen=True, slots=True)
class Indexed:
    """A table and every index on it, the keys' among them."""

    table: Table
    indexes: tuple[Index, ...]


def catalogue(facts: Facts) -> Iterator[Indexed]:
    """Every table with its indexes; one that was made apart from its table counts for all tables of its name."""
    indexes: dict[tuple[str, str], list[Index]] = defaultdict(list)
    for index in facts.of(Index):
        indexes[index.group, bare(index.table)].append(index)
    tables = list(facts.of(Table))
    known = {(each.group, bare(each.name)) for each in tables}
    loose: dict[str, list[Index]] = defaultdict(list)
    for (group, name), found in indexes.items():
        if (group, name) not in known:
            loose[name] += found
    for table in tables:
        name = bare(table.name)
        yield Indexed(table, (*indexes[table.group, name], *loose[name]))


def bare(name: str) -> str:
    """The name of a table without its schema, in small letters."""
    return name.lower().rpartition(".")[2]
