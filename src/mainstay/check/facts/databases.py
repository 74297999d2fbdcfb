"""Facts about tables, indexes and migrations."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.check.facts.fact import Fact
from mainstay.check.source import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Fact):
    """A column of a table as DDL or a model declares it."""

    name: str
    kind: str
    nullable: bool = True
    unique: bool = False
    primary: bool = False
    checked: bool = False
    default: str = ""
    references: str = ""
    on_delete: str = ""
    case_insensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Fact):
    """A table as DDL or a model declares it."""

    name: str
    columns: tuple[Column, ...]
    primary: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    triggers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Fact):
    """An index: its columns in order, its condition, whether it was made beside running writes."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str = ""
    where_columns: frozenset[str] = frozenset()
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration(Fact):
    """A migration: whether it names itself and the one before, and what going back loses."""

    named: bool
    loses: tuple[str, ...] = ()
    loses_at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphField(Fact):
    """A field of a GraphQL type: whether it is a list, and its arguments that bound one."""

    owner: str
    name: str
    many: bool
    arguments: tuple[str, ...]
