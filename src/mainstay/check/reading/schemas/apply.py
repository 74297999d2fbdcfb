"""Changes done to a schema, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from mainstay.check.reading.schemas.changes import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AddLink,
    AlterColumn,
    AttachPartition,
    Change,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropLink,
    DropTable,
    MakeTrigger,
    Migration,
    NameIndex,
    RedeclareColumn,
    RenameColumn,
    RenameIndex,
    RenameTable,
    Together,
    Unknown,
    ValidateConstraint,
)
from mainstay.check.reading.schemas.state import Constraint, Index, Schema, Table, key_of


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
            moved.model = change.model or moved.model
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
            return _rename_column(_table(schema, name, change), before, to, change.field)
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
                owner.indexes[_key(index, owner)] = index
        case DropIndex(name=name):
            return _drop_index(schema, change)
        case RenameIndex(name=name, to=to):
            _rename_index(schema, name, to)
        case AddLink(table=name, field=link):
            _table(schema, name, change).links[link] = change.place
        case DropLink(table=name, field=link):
            _table(schema, name, change).links.pop(link, None)
        case RedeclareColumn(table=name):
            _redeclare(_table(schema, name, change), change)
        case Together(table=name):
            _together(_table(schema, name, change), change)
        case NameIndex(table=name, columns=columns, to=to):
            _name_index(_table(schema, name, change), columns, to)
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


def _key(index: Index, table: Table) -> str:
    """What an index is kept under: its name, or something that no name is."""
    return index.name.lower() or next(f"#{number}" for number in count() if f"#{number}" not in table.indexes)


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


def _rename_column(table: Table, before: str, to: str, field: str = "") -> str:
    found = table.columns.pop(before.lower(), None)
    for constraint in table.constraints:
        constraint.columns = _renamed(constraint.columns, before, to)
        if before.lower() in constraint.words:
            constraint.words = constraint.words - {before.lower()} | {to.lower()}
    for index in table.indexes.values():
        index.columns = _renamed(index.columns, before, to)
    if found is None:
        return f"there is no column {table.name}.{before}" if table.whole else ""
    found.name, found.field = to, field or to
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


def _redeclare(table: Table, change: RedeclareColumn) -> None:
    """Takes what the column had of its own, and gives it what it is declared with now."""
    table.constraints = [
        each
        for each in table.constraints
        if each.name or each.kind == "check" or not (len(each.columns) == 1 and each.columns[0] in change.names)
    ]
    table.indexes = {
        key: each
        for key, each in table.indexes.items()
        if each.name or not (len(each.columns) == 1 and each.columns[0] in change.names)
    }
    table.constraints += change.declared.constraints
    for index in change.declared.indexes:
        table.indexes[_key(index, table)] = index


def _together(table: Table, change: Together) -> None:
    if change.kind == "unique":
        table.constraints = [
            each for each in table.constraints if each.kind != "unique" or each.name or len(each.columns) == 1
        ]
        table.constraints += [Constraint("unique", each, change.place) for each in change.columns]
        return
    table.indexes = {key: each for key, each in table.indexes.items() if each.name or len(each.columns) == 1}
    for columns in change.columns:
        index = Index("", table.name, columns, change.place, descending=(False,) * len(columns))
        table.indexes[_key(index, table)] = index


def _name_index(table: Table, columns: tuple[str, ...], to: str) -> None:
    for key, each in list(table.indexes.items()):
        if not each.name and each.columns == columns:
            del table.indexes[key]
            each.name = to
            table.indexes[to.lower()] = each
