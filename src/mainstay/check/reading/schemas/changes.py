"""Changes of a schema, whatever they were written in, and migrations, which are lists of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mainstay.check.reading.schemas.state import Column, Constraint, Index, Schema, Table, key_of
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
    """Something that cannot be followed, and why."""

    why: str


@dataclass(slots=True)
class Migration:
    """One migration: what it does on the way up and on the way down."""

    name: str
    place: Place
    up: list[Change] = field(default_factory=list)
    down: list[Change] | None = None
    """None where there is no way down to be read; empty where it is written and does nothing."""
    down_at: Place | None = None
    refuses: bool = False
    """Whether the way down says that there is none."""
    transaction: bool = True
    """Whether it runs in one transaction."""
    named: bool = True
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that keeps a history from being followed; of one table, or of all where none is named."""

    place: Place
    why: str
    table: str = ""


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
            | DropIndex(table=name)
        ):
            return name
    return ""


def apply(schema: Schema, change: Change, migration: Migration | None = None) -> str:
    """Does a change to a schema; answers why it could not be, where it could not."""
    match change:
        case CreateTable(table=table):
            table.made_in = migration
            old = schema.tables.get(key_of(table.name))
            if old is not None and change.lax:
                return ""
            schema.tables[key_of(table.name)] = table
        case DropTable(table=name):
            return "" if schema.tables.pop(key_of(name), None) or change.lax else f"there is no table {name}"
        case RenameTable(table=name, to=to):
            moved = schema.tables.pop(key_of(name), None)
            if moved is None:
                return f"there is no table {name}"
            moved.name = to
            schema.tables[key_of(to)] = moved
            for each in moved.indexes.values():
                each.table = to
            _refer(schema, name, to)
        case AddColumn(table=name, column=column):
            table = _table(schema, name, change)
            if not (change.lax and column.name.lower() in table.columns):
                table.columns[column.name.lower()] = column
        case DropColumn(table=name, column=gone):
            table = _table(schema, name, change)
            found = table.columns.pop(gone.lower(), None)
            _without(table, gone)
            if found is None and table.whole and not change.lax:
                return f"there is no column {name}.{gone}"
        case RenameColumn(table=name, column=before, to=to):
            return _rename_column(_table(schema, name, change), before, to)
        case AlterColumn(table=name, column=named):
            return _alter(_table(schema, name, change), named, change)
        case AddConstraint(table=name, constraint=constraint):
            table = _table(schema, name, change)
            if constraint.using and not constraint.columns:
                index = table.indexes.get(constraint.using.lower())
                constraint.columns = index.columns if index is not None else ()
            table.constraints.append(constraint)
            if constraint.kind == "primary":
                _require(table, constraint.columns)
        case DropConstraint(table=name):
            return _drop_constraint(_table(schema, name, change), change)
        case ValidateConstraint(table=name, name=constraint_name):
            for checked in _table(schema, name, change).constraints:
                if checked.name.lower() == constraint_name.lower():
                    checked.valid = True
        case AddIndex(index=index):
            owner = schema.table(index.table)
            if owner is None:
                schema.loose.append(index)
            else:
                owner.indexes[index.name.lower() or f"#{len(owner.indexes)}"] = index
        case DropIndex(name=name):
            return _drop_index(schema, change)
        case RenameIndex(name=name, to=to):
            _rename_index(schema, name, to)
        case AttachPartition(table=name):
            _table(schema, name, change).ordinary = False
        case MakeTrigger(table=name):
            owner = schema.table(name)
            if owner is not None:
                owner.triggers = True
        case Unknown(why=why):
            return why
    return ""


def _table(schema: Schema, name: str, change: Change) -> Table:
    """The table that is changed; one that nobody made is begun, and is not whole."""
    found = schema.table(name)
    if found is None:
        found = schema.tables[key_of(name)] = Table(name, change.place, whole=False)
    return found


def _require(table: Table, columns: Iterable[str]) -> None:
    for each in columns:
        found = table.column(each)
        if found is not None:
            found.nullable = False


def _without(table: Table, column: str) -> None:
    small = column.lower()
    table.constraints = [
        each
        for each in table.constraints
        if small not in (part.lower() for part in each.columns) and small not in each.words
    ]
    table.indexes = {
        key: each for key, each in table.indexes.items() if small not in (part.lower() for part in each.columns)
    }


def _renamed(columns: tuple[str, ...], before: str, to: str) -> tuple[str, ...]:
    return tuple(to if each.lower() == before.lower() else each for each in columns)


def _rename_column(table: Table, before: str, to: str) -> str:
    found = table.columns.pop(before.lower(), None)
    for constraint in table.constraints:
        constraint.columns = _renamed(constraint.columns, before, to)
        if before.lower() in constraint.words:
            constraint.words = constraint.words - {before.lower()} | {to.lower()}
    for index in table.indexes.values():
        index.columns = _renamed(index.columns, before, to)
    if found is None:
        return f"there is no column {table.name}.{before}" if table.whole else ""
    found.name = to
    table.columns[to.lower()] = found
    return ""


def _alter(table: Table, name: str, change: AlterColumn) -> str:
    column = table.column(name)
    if column is None:
        return f"there is no column {table.name}.{name}" if table.whole else ""
    if change.whole is not None:
        table.columns.pop(name.lower())
        table.columns[change.whole.name.lower()] = change.whole
        if change.whole.name.lower() != name.lower():
            for each in table.constraints:
                each.columns = _renamed(each.columns, name, change.whole.name)
            for index in table.indexes.values():
                index.columns = _renamed(index.columns, name, change.whole.name)
        return ""
    if change.kind is not None:
        column.kind, column.place = change.kind, change.place
    if change.nullable is not None:
        column.nullable = change.nullable
    if change.default is not None:
        column.default = change.default
    return ""


def _drop_constraint(table: Table, change: DropConstraint) -> str:
    for each in table.constraints:
        named = change.name and each.name.lower() == change.name.lower()
        same = change.columns and each.columns == change.columns and each.kind == change.kind
        if named or same or (not change.name and not change.columns and each.kind == change.kind):
            table.constraints.remove(each)
            return ""
    if change.name.lower() in table.indexes:
        del table.indexes[change.name.lower()]
        return ""
    usual = [each for each in table.constraints if not each.name and _usual(table, each) == change.name.lower()]
    if len(usual) == 1:
        table.constraints.remove(usual[0])
        return ""
    if table.whole and not change.lax:
        return f"there is no constraint {change.name or change.kind} on {table.name}"
    return ""


ENDING = {"primary": "pkey", "unique": "key", "foreign": "fkey", "check": "check", "exclude": "excl"}


def _usual(table: Table, constraint: Constraint) -> str:
    """The name that PostgreSQL gives a constraint without one."""
    name = key_of(table.name).rpartition(".")[2]
    parts = [name] if constraint.kind == "primary" else [name, *(each.lower() for each in constraint.columns)]
    if constraint.kind == "check" and not constraint.columns:
        parts += sorted(constraint.words & set(table.columns))[:1]
    return "_".join([*parts, ENDING[constraint.kind]])


def _drop_index(schema: Schema, change: DropIndex) -> str:
    small = key_of(change.name).rpartition(".")[2]
    owners = [schema.table(change.table)] if change.table else list(schema.tables.values())
    for owner in owners:
        if owner is None:
            continue
        if small in owner.indexes:
            del owner.indexes[small]
            return ""
        for each in owner.constraints:
            if each.kind == "unique" and each.name.lower() == small:
                owner.constraints.remove(each)
                return ""
    known = [loose for loose in schema.loose if loose.name.lower() == small]
    schema.loose = [loose for loose in schema.loose if loose not in known]
    return "" if known or change.lax or change.table else f"there is no index {change.name}"


def _rename_index(schema: Schema, name: str, to: str) -> None:
    found = schema.index(name)
    if found is not None:
        table, index = found
        del table.indexes[index.name.lower()]
        index.name = to
        table.indexes[to.lower()] = index
    for table in schema.tables.values():
        for each in table.constraints:
            if each.name.lower() == name.lower():
                each.name = to


def _refer(schema: Schema, before: str, to: str) -> None:
    for table in schema.tables.values():
        for each in table.constraints:
            if each.references and key_of(each.references) == key_of(before):
                each.references = to
