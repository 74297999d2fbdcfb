"""Changes of a schema, whatever they were written in, and migrations, which are lists of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from mainstay.check.reading.schemas.declared import Declared
from mainstay.check.reading.schemas.state import Column, Constraint, Index, Table
from mainstay.check.source import Place


@dataclass(slots=True, kw_only=True)
class Change:
    """Something that a migration does, at a place."""

    place: Place
    sure: bool = True
    """Whether it surely happens: not in a branch, nor in a loop."""
    lax: bool = False
    """Whether it is written so that it may have happened already (IF EXISTS, IF NOT EXISTS)."""
    apart: bool = False
    """Whether it is run outside of the migration's transaction."""
    done: bool = True
    """Whether it is done to the database, and not only to what the tool believes of it."""


@dataclass(slots=True, kw_only=True)
class CreateTable(Change):
    """A table is made."""

    table: Table


@dataclass(slots=True, kw_only=True)
class DropTable(Change):
    """A table is dropped."""

    table: str


@dataclass(slots=True, kw_only=True)
class RenameTable(Change):
    """A table gets another name."""

    table: str
    to: str
    model: str = ""
    """What the model is called from now on."""


@dataclass(slots=True, kw_only=True)
class AddColumn(Change):
    """A column is added."""

    table: str
    column: Column


@dataclass(slots=True, kw_only=True)
class DropColumn(Change):
    """A column is dropped."""

    table: str
    column: str


@dataclass(slots=True, kw_only=True)
class RenameColumn(Change):
    """A column gets another name."""

    table: str
    column: str
    to: str
    field: str = ""
    """What a model calls it from now on."""


@dataclass(slots=True, kw_only=True)
class AlterColumn(Change):
    """A column is declared anew; what is None stays as it is."""

    table: str
    column: str
    kind: str | None = None
    nullable: bool | None = None
    default: str | None = None
    before: str = ""
    """The type that it says the column had."""
    whole: Column | None = None
    """The column as it is from now on, where the change says all of it (MODIFY of MySQL)."""


@dataclass(slots=True, kw_only=True)
class AddConstraint(Change):
    """A constraint is added."""

    table: str
    constraint: Constraint
    with_column: bool = False
    """Whether it comes with its column, so that no row is there to break it."""


@dataclass(slots=True, kw_only=True)
class DropConstraint(Change):
    """A constraint is dropped; by its name, or by its kind where it has none, or by its columns."""

    table: str
    name: str = ""
    kind: str = ""
    columns: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class ValidateConstraint(Change):
    """A constraint is checked against the rows that are there."""

    table: str
    name: str


@dataclass(slots=True, kw_only=True)
class AddIndex(Change):
    """An index is made."""

    index: Index


@dataclass(slots=True, kw_only=True)
class DropIndex(Change):
    """An index is dropped."""

    name: str
    table: str = ""
    concurrently: bool = False


@dataclass(slots=True, kw_only=True)
class RenameIndex(Change):
    """An index or a constraint gets another name."""

    name: str
    to: str


@dataclass(slots=True, kw_only=True)
class AddLink(Change):
    """A reference from many to many is added, which is a table of its own."""

    table: str
    field: str


@dataclass(slots=True, kw_only=True)
class DropLink(Change):
    """A reference from many to many is dropped."""

    table: str
    field: str


@dataclass(slots=True, kw_only=True)
class RedeclareColumn(Change):
    """What a column has of its own (its index, its reference) is what is declared now."""

    table: str
    names: tuple[str, ...]
    declared: Declared


@dataclass(slots=True, kw_only=True)
class Together(Change):
    """Columns that are unique, or indexed, together are these from now on."""

    table: str
    kind: str
    columns: list[tuple[str, ...]]


@dataclass(slots=True, kw_only=True)
class NameIndex(Change):
    """An index that had no name gets one."""

    table: str
    columns: tuple[str, ...]
    to: str


@dataclass(slots=True, kw_only=True)
class AttachPartition(Change):
    """A table becomes a part of another."""

    table: str


@dataclass(slots=True, kw_only=True)
class MakeTrigger(Change):
    """A trigger is made on a table."""

    table: str


@dataclass(slots=True, kw_only=True)
class ChangeRows(Change):
    """Rows are changed, or something is run that may change anything; `back` is whether it has a way back."""

    what: str
    back: bool | None = None


@dataclass(slots=True, kw_only=True)
class Unknown(Change):
    """Something that cannot be followed, and why; of one table where that is known, or of indexes alone."""

    why: str
    table: str = ""
    indexes: bool = False


@dataclass(slots=True)
class Migration:
    """One migration: what it does on the way up and on the way down."""

    name: str
    place: Place
    up: list[Change] = field(default_factory=list)
    down: list[Change] | None = None
    """None where there is no way down to be read; empty where it is written and does nothing."""
    down_at: Place | None = None
    down_unread: bool = False
    """Whether the way back does something that is not read."""
    refuses: bool = False
    """Whether the way down says that there is none."""
    transaction: bool = True
    """Whether it runs in one transaction."""
    named: bool = True
    after: tuple[str, ...] = ()
    initial: bool = False
    """Whether it is run on a database that has none of its tables."""
    branch: bool = False
    """Whether it begins a branch that has a name of its own."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that keeps a history from being followed; of one table, or of all where none is named."""

    place: Place
    why: str
    table: str = ""
    indexes: bool = False


@dataclass(slots=True)
class History:
    """Migrations in their order, from one source, of one database."""

    tool: str
    dialect: str
    migrations: list[Migration]
    versioned: bool = True
    """Whether each is run once, after those before; a schema that is laid as a whole is not."""
    broken: list[Broken] = field(default_factory=list)
    """What keeps it from being followed wholly."""
    heads: list[Migration] = field(default_factory=list)
    """Its last migrations, where there is more than one."""
    app: str = ""


def table_of(change: Change) -> str:
    """The table that a change concerns; empty where that is not said."""
    match change:
        case CreateTable(table=table):
            return table.name
        case AddIndex(index=index):
            return index.table
        case (
            DropTable(table=name)
            | RenameTable(table=name)
            | AddColumn(table=name)
            | DropColumn(table=name)
            | RenameColumn(table=name)
            | AlterColumn(table=name)
            | AddConstraint(table=name)
            | DropConstraint(table=name)
            | ValidateConstraint(table=name)
            | AttachPartition(table=name)
            | MakeTrigger(table=name)
            | AddLink(table=name)
            | DropLink(table=name)
            | RedeclareColumn(table=name)
            | Together(table=name)
            | NameIndex(table=name)
            | Unknown(table=name)
            | DropIndex(table=name)
        ):
            return name
    return ""
