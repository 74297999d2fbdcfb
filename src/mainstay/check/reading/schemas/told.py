"""Histories as facts: the tables at their end, and what each migration does to tables that were there before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mainstay.check import facts as f
from mainstay.check.facts import Fact
from mainstay.check.facts.databases import ChangeKind
from mainstay.check.reading.schemas import changes as c
from mainstay.check.reading.schemas.apply import apply
from mainstay.check.reading.schemas.state import Column, Index, Schema, Table, base_of, key_of, shown


def told(history: c.History, group: str) -> tuple[list[Fact], Schema]:
    """The facts of a history, and the schema at its end."""
    schema = Schema(history.dialect)
    out: list[Fact] = []
    for migration in history.migrations:
        rebuilt = {key_of(each.to) for each in migration.up if isinstance(each, c.RenameTable)}
        emptied: set[str] = set()
        for change in migration.up:
            fact = _change(schema, change, migration, history, rebuilt) if change.done else None
            if fact is not None and not migration.initial:
                empty = key_of(fact.table) in emptied
                out.append(replace(fact, guarded=True) if empty else fact)
                emptied |= {key_of(fact.table)} if fact.kind == "truncate" else set()
            broken = _broken(change, schema)
            why = apply(schema, change, migration)
            if broken is not None or why:
                history.broken.append(replace(broken, why=why or broken.why) if broken else _lost(change, why))
        if history.tool != "live":
            out.append(_migration(migration, history))
            out += _one_way(migration, history)
    if history.heads:
        places = tuple(each.place for each in history.heads)
        names = tuple(each.name for each in history.heads)
        out.append(f.Fork(place=places[-1], tool=history.tool, names=names, places=places))
    out += tables(schema, history.tool, group)
    return out, schema


def _broken(change: c.Change, schema: Schema) -> c.Broken | None:
    """What is not known any more after a change that may or may not be done."""
    if change.sure or isinstance(change, c.ChangeRows | c.Unknown):
        return None
    table = c.table_of(change)
    if isinstance(change, c.DropIndex) and not table:
        found = schema.index(change.name)
        table = found[0].name if found is not None else ""
    return _lost(change, "it may or may not be done", table)


def _lost(change: c.Change, why: str, table: str = "") -> c.Broken:
    indexes = isinstance(change, c.DropIndex | c.AddIndex | c.RenameIndex)
    indexes = indexes or (isinstance(change, c.Unknown) and change.indexes)
    return c.Broken(change.place, why, table or c.table_of(change), indexes)


def tables(schema: Schema, tool: str, group: str) -> Iterator[Fact]:
    """The tables and indexes of a schema."""
    for table in schema.tables.values():
        yield _table(table, schema, tool, group)
        for index in table.indexes.values():
            yield _index(index, group)
        for each in table.constraints:
            if not each.valid:
                name = each.name or f"a {each.kind} constraint"
                yield f.Trouble(place=each.place, kind="unvalidated constraint", table=shown(table.name), name=name)
            if each.kind in ("primary", "unique") and each.columns:
                yield f.Index(
                    place=each.place,
                    name=each.name or f"the {each.kind} key",
                    table=shown(table.name),
                    columns=each.columns,
                    unique=True,
                    constraint=True,
                    descending=(False,) * len(each.columns),
                    group=group,
                )
    for index in schema.loose:
        yield _index(index, group)


def _index(index: Index, group: str) -> f.Index:
    return f.Index(
        place=index.place,
        name=index.name or f"the index on {', '.join(index.columns)}",
        table=shown(index.table),
        columns=index.columns,
        unique=index.unique,
        where=index.where,
        where_columns=index.fixed,
        plain=index.plain,
        method=index.method,
        descending=index.descending or (False,) * len(index.columns),
        group=group,
    )


def _table(table: Table, schema: Schema, tool: str, group: str) -> f.Table:
    checks = frozenset(word for each in table.constraints if each.kind == "check" for word in each.words)
    uniques = tuple(table.uniques)
    return f.Table(
        place=table.place,
        name=shown(table.name),
        columns=tuple(_column(each, table, checks, uniques) for each in table.columns.values()),
        primary=table.primary,
        uniques=uniques,
        foreign_keys=tuple(
            f.ForeignKey(
                place=each.place,
                columns=each.columns,
                references=shown(each.references),
                target=each.target,
                on_delete=each.on_delete,
                name=each.name,
                valid=each.valid,
                emulated=each.emulated,
            )
            for each in table.constraints
            if each.kind == "foreign"
        ),
        triggers=table.triggers,
        whole=table.whole,
        ordinary=table.ordinary,
        dialect=schema.dialect,
        tool=tool,
        group=group,
    )


def _column(column: Column, table: Table, checks: frozenset[str], uniques: tuple[tuple[str, ...], ...]) -> f.Column:
    small = column.name.lower()
    return f.Column(
        place=column.place,
        name=column.name,
        kind=column.kind,
        nullable=column.nullable,
        unique=any(len(each) == 1 and each[0].lower() == small for each in uniques),
        primary=len(table.primary) == 1 and table.primary[0].lower() == small,
        checked=small in checks or base_of(column.kind) in ("ENUM", "SET"),
        default=column.default,
        volatile=column.volatile,
        generated=column.generated,
        on_update=column.on_update,
        case_insensitive=base_of(column.kind) == "CITEXT" or column.collation.upper() not in ("", "C", "BINARY"),
    )


def _change(
    schema: Schema, change: c.Change, migration: c.Migration, history: c.History, rebuilt: set[str]
) -> f.Change | None:
    """What a change means for a table that was there before the migration; None for one that was not."""

    def made(kind: ChangeKind, name: str, **more: object) -> f.Change | None:
        table = schema.table(name)
        made_here = table is not None and table.made_in is not None
        if not history.versioned and (made_here or kind in ("drop table", "drop column", "truncate")):
            return None
        if table is not None and table.made_in is migration:
            return None
        return replace(
            f.Change(
                place=change.place,
                kind=kind,
                table=shown(name),
                dialect=history.dialect,
                tool=history.tool,
                transaction=migration.transaction and not change.apart and history.tool in ("alembic", "django"),
                rebuilt=key_of(name) in rebuilt,
            ),
            **more,  # type: ignore[arg-type]
        )

    match change:
        case c.DropTable(table=name):
            return made("drop table", name, what=name)
        case c.RenameTable(table=name, to=to):
            return made("rename table", name, after=to)
        case c.AddColumn(table=name, column=column):
            added = _column(column, Table(name, change.place), frozenset(), ())
            return made("add column", name, what=column.name, column=added)
        case c.DropColumn(table=name, column=gone):
            return made("drop column", name, what=gone)
        case c.RenameColumn(table=name, column=before, to=to):
            return made("rename column", name, what=before, after=to)
        case c.AlterColumn():
            return _altered(schema, change, made)
        case c.AddConstraint(table=name, constraint=constraint, with_column=False):
            columns = ", ".join(constraint.columns)
            return made(
                "add constraint",
                name,
                what=constraint.name or f"the constraint on {columns or 'it'}",
                constraint=constraint.kind,
                valid=constraint.valid,
                guarded=bool(constraint.using),
            )
        case c.AddIndex(index=index):
            return made(
                "add index",
                index.table,
                what=index.name or f"the index on {', '.join(index.columns)}",
                concurrently=index.concurrently,
            )
        case c.DropIndex(name=name, concurrently=concurrently):
            found = schema.index(name)
            owner = found[0].name if found is not None else change.table
            return made("drop index", owner, what=name, concurrently=concurrently) if owner else None
        case c.ChangeRows(what=what) if what.startswith("truncate "):
            return made("truncate", what.removeprefix("truncate "))
    return None


def _altered(schema: Schema, change: c.AlterColumn, made: Callable[..., f.Change | None]) -> f.Change | None:
    table = schema.table(change.table)
    column = table.column(change.column) if table is not None else None
    before = change.before or (column.kind if column is not None else "")
    found: f.Change | None = None
    if change.kind is not None and change.kind != before:
        found = made("change type", change.table, what=change.column, before=before, after=change.kind)
    elif change.nullable is False and (column is None or column.nullable):
        guarded = table is not None and any(
            each.kind == "check" and each.valid and each.words >= {change.column.lower(), "is", "not", "null"}
            for each in table.constraints
        )
        found = made("require", change.table, what=change.column, guarded=guarded)
    return found


def _migration(migration: c.Migration, history: c.History) -> f.Migration:
    down = migration.down or []
    made = {key_of(each.table.name) for each in down if isinstance(each, c.CreateTable)}
    drops = [
        each
        for each in down
        if isinstance(each, c.DropColumn) or (isinstance(each, c.DropTable) and key_of(each.table) not in made)
    ]
    return f.Migration(
        place=migration.place,
        name=migration.name,
        named=migration.named,
        tool=history.tool,
        loses=tuple(each.column if isinstance(each, c.DropColumn) else each.table for each in drops),
        loses_at=drops[0].place if drops else None,
    )


def _one_way(migration: c.Migration, history: c.History) -> Iterator[f.OneWay]:
    """Steps without a way back."""
    for change in migration.up:
        if isinstance(change, c.ChangeRows) and change.back is False:
            yield f.OneWay(place=change.place, what=f"{change.what} has no way back", back="refused")
    steps = [each for each in migration.up if not isinstance(each, c.ChangeRows | c.Unknown)]
    if history.tool != "alembic" or not steps:
        return
    at = migration.down_at or migration.place
    if migration.refuses:
        yield f.OneWay(place=at, what="the way back raises", back="raised")
    elif migration.down is None:
        yield f.OneWay(place=at, what="downgrade is not written", back="refused")
    elif not migration.down and not migration.down_unread:
        yield f.OneWay(place=at, what="the way back does nothing, and says that it went back", back="nothing")
