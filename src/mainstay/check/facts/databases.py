"""Facts about tables, indexes, migrations, and of databases that are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mainstay.check.facts.fact import Fact
from mainstay.check.source import Place

ChangeKind = Literal[
    "add column",
    "drop column",
    "drop table",
    "rename column",
    "rename table",
    "change type",
    "require",
    "add constraint",
    "add index",
    "drop index",
    "truncate",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Fact):
    """A column of a table as all changes together left it; `kind` is its type under one name in every dialect."""

    name: str
    kind: str
    nullable: bool = True
    unique: bool = False
    primary: bool = False
    checked: bool = False
    default: str = ""
    volatile: bool = False
    """Whether its default is another one for each row."""
    generated: bool = False
    on_update: bool = False
    """Whether the database sets it again with every change of the row."""
    case_insensitive: bool = False

    @property
    def base(self) -> str:
        """The type without its size."""
        return self.kind.partition("(")[0].removesuffix("[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey(Fact):
    """A reference of a table to another; `emulated` where the framework keeps it, and not the database."""

    columns: tuple[str, ...]
    references: str
    target: tuple[str, ...] = ()
    on_delete: str = ""
    name: str = ""
    valid: bool = True
    emulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Fact):
    """A table as all changes together left it.

    `whole` is whether everything that it has was seen; `ordinary` whether it is no partition, temporary or foreign
    table; `tool` what declared it: `sql`, `alembic`, `django`, `models`, or `live` for a database that was asked.
    """

    name: str
    columns: tuple[Column, ...]
    primary: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    triggers: bool = False
    whole: bool = True
    ordinary: bool = True
    dialect: str = ""
    tool: str = "sql"
    group: str = ""
    """Names the database that it belongs to: tables and indexes of one group are of one database."""

    def column(self, name: str) -> Column | None:
        """The column of that name, in whatever letters."""
        return next((each for each in self.columns if each.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Fact):
    """An index: its columns in order, and its condition; `plain` where names of columns alone say what it holds."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str = ""
    where_columns: frozenset[str] = frozenset()
    plain: bool = True
    method: str = ""
    descending: tuple[bool, ...] = ()
    constraint: bool = False
    """Whether the database made it, for a key or a unique constraint."""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Fact):
    """A step of a migration that concerns a table which was there before it."""

    kind: ChangeKind
    table: str
    what: str = ""
    """The column, constraint or index."""
    before: str = ""
    after: str = ""
    column: Column | None = None
    constraint: str = ""
    """The kind of a constraint that is added."""
    valid: bool = True
    """Whether the rows that are there are checked at once."""
    guarded: bool = False
    """Whether something that was done before makes it harmless."""
    concurrently: bool = False
    transaction: bool = False
    """Whether it surely runs in a transaction."""
    dialect: str = ""
    tool: str = "sql"
    rebuilt: bool = False
    """Whether the table is put together anew in the same migration, under the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration(Fact):
    """A migration: whether it names itself and the one before, and what going back loses."""

    name: str
    named: bool
    tool: str = "alembic"
    loses: tuple[str, ...] = ()
    loses_at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneWay(Fact):
    """A step of a migration that has no way back, and what happens to who goes back."""

    what: str
    back: Literal["refused", "raised", "nothing"]
    """The tool refuses it, the migration raises by itself, or nothing is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork(Fact):
    """Two migrations that are both the last one."""

    tool: str
    names: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift(Fact):
    """Something in which a model and the migrations differ: the place of the one, and of the other."""

    what: str
    other: Place
    said: str
    """What the other place says."""
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowStatement(Fact):
    """A statement as the database recorded it, with the plan that it would be run with."""

    statement: str
    calls: int
    mean_ms: float
    share: float
    """Its part of the time of all statements, from 0 to 1."""
    plan: tuple[str, ...] = ()
    scans: tuple[tuple[str, str, int], ...] = ()
    """Tables that are read whole: the table, the condition, and how many rows it has about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Fact):
    """Something that only a database that is asked can tell: `kind` is what."""

    kind: Literal[
        "unused index", "invalid index", "unvalidated constraint", "broken reference", "sequence near its end"
    ]
    table: str
    name: str
    count: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphField(Fact):
    """A field of a GraphQL type: whether it is a list, and its arguments that bound one."""

    owner: str
    name: str
    many: bool
    arguments: tuple[str, ...]
