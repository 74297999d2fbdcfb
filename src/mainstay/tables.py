"""What is stored: tables, their columns, and the ways between them."""

from __future__ import annotations

import msgspec

from mainstay.named import named
from mainstay.wire import Form


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its kind, whether it can be null, what stands in it where a write says nothing."""

    name: str
    kind: str
    form: Form
    nullable: bool = False
    default: str | None = None
    """`actor.id`, `actor.<claim>`, `slug.<column>` (made of that one), `generated` (by Mainstay), `database`, or a
    constant as JSON; None for nothing."""
    follows: bool = False
    """Whether a slug changes with the column that it is made of."""


class Step(msgspec.Struct, frozen=True):
    """From one table to the next: pairs of columns that are equal."""

    table: str
    pairs: tuple[tuple[str, str], ...]


class Relation(msgspec.Struct, frozen=True):
    """A way from a row to rows of another table, in one step or, through a link table, in two."""

    name: str
    steps: tuple[Step, ...]
    many: bool

    @property
    def target(self) -> str:
        """The table that the relation ends at."""
        return self.steps[-1].table


class Index(msgspec.Struct, frozen=True):
    """An index that the declarations call for, with the direction of each column."""

    name: str
    columns: tuple[tuple[str, bool], ...]
    """Names and whether descending."""
    unique: bool = False
    reason: str = ""


class Reference(msgspec.Struct, frozen=True):
    """Columns that hold the key of a row elsewhere."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]
    name: str = ""


class SearchIndex(msgspec.Struct, frozen=True):
    """The index of the words in some columns of a table; its name says what is in it."""

    name: str
    columns: tuple[str, ...]

    def label(self, column: str) -> str:
        """The letter that stands for a column in the index."""
        return chr(ord("a") + self.columns.index(column))


class Table(msgspec.Struct, frozen=True):
    """A table: columns, key, what must be unique, what it refers to, how it relates to others."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    unique_names: tuple[str, ...] = ()
    """The constraints' names, in the order of `unique`."""
    references: tuple[Reference, ...] = ()
    relations: tuple[Relation, ...] = ()
    indexes: tuple[Index, ...] = ()
    search: SearchIndex | None = None

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where there is none."""
        return named(self.columns, name)

    def relation(self, name: str) -> Relation:
        """The relation called `name`; KeyError where there is none."""
        return named(self.relations, name)
