"""What is different between two schemas, table by table, and how it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.migrate.schema import Column, Constraint, Index, Schema, Table, plain


@dataclass(frozen=True, slots=True)
class TableChange:
    """What becomes of one table; `before` is None for a new one, `after` for one that goes."""

    before: Table | None
    after: Table | None
    dropped_columns: tuple[Column, ...] = ()
    added_columns: tuple[Column, ...] = ()
    changed_columns: tuple[tuple[Column, Column], ...] = ()
    dropped_constraints: tuple[Constraint, ...] = ()
    added_constraints: tuple[Constraint, ...] = ()
    dropped_indexes: tuple[Index, ...] = ()
    added_indexes: tuple[Index, ...] = ()

    @property
    def name(self) -> str:
        """The table's name."""
        table = self.after or self.before
        assert table is not None
        return table.name

    @property
    def is_none(self) -> bool:
        """Whether nothing is different."""
        lists = (self.dropped_columns, self.added_columns, self.changed_columns, self.dropped_constraints)
        more = (self.added_constraints, self.dropped_indexes, self.added_indexes)
        if self.before is None or self.after is None or any((*lists, *more)):
            return False
        return self.before.search == self.after.search

    @property
    def drops_search(self) -> bool:
        """Whether the index of words goes, at least while a column in it is changed."""
        if self.before is None or self.before.search is None:
            return False
        changed = {new.name for old, new in self.changed_columns if old.type != new.type}
        return (
            self.after is None
            or self.after.search != self.before.search
            or bool(changed & set(self.before.search.columns))
        )

    @property
    def makes_search(self) -> bool:
        """Whether an index of words is made."""
        if self.after is None or self.after.search is None:
            return False
        return self.before is None or self.before.search is None or self.drops_search


def differences(before: Schema, after: Schema) -> list[TableChange]:
    """What has to change for `before` to be `after`: new tables first, those that go last."""
    new = [TableChange(None, table) for name, table in after.tables.items() if name not in before.tables]
    old = [TableChange(table, None) for name, table in before.tables.items() if name not in after.tables]
    both = [change(before.tables[name], table) for name, table in after.tables.items() if name in before.tables]
    return [*new, *(one for one in both if not one.is_none), *reversed(old)]


def change(before: Table, after: Table) -> TableChange:
    """What is different between two forms of one table.  The order of its columns is not."""
    columns = {column.name: column for column in before.columns}
    wanted = {column.name: column for column in after.columns}
    constraints = {bound(one): one for one in before.constraints}
    wanted_constraints = {bound(one): one for one in after.constraints}
    indexes = {(index.name, index.text): index for index in before.indexes}
    wanted_indexes = {(index.name, index.text): index for index in after.indexes}
    return TableChange(
        before,
        after,
        tuple(column for name, column in columns.items() if name not in wanted),
        tuple(column for name, column in wanted.items() if name not in columns),
        tuple((columns[name], one) for name, one in wanted.items() if name in columns and columns[name] != one),
        tuple(one for key, one in constraints.items() if key not in wanted_constraints),
        tuple(one for key, one in wanted_constraints.items() if key not in constraints),
        tuple(index for key, index in indexes.items() if key not in wanted_indexes),
        tuple(index for key, index in wanted_indexes.items() if key not in indexes),
    )


def bound(constraint: Constraint) -> tuple[object, ...]:
    """What makes two constraints the same one: name and meaning."""
    condition = None if constraint.condition is None else tuple(map(plain, constraint.condition))
    rest = (constraint.columns, constraint.target, constraint.target_columns, constraint.options)
    return (constraint.sort, constraint.name, condition, *rest)


def sentences(changes: list[TableChange]) -> Iterator[str]:
    """The changes as a reader of a terminal takes them in: a sign, what it is, its name."""
    for one in changes:
        if one.before is None and one.after is not None:
            counted = f"{len(one.after.columns)} columns, {len(one.after.indexes)} indexes"
            yield f"+ table {one.name} ({counted})"
        elif one.after is None:
            yield f"- table {one.name}"
        else:
            yield from of_columns(one)
            yield from (f"- {said(constraint)} of {one.name}" for constraint in one.dropped_constraints)
            yield from (f"+ {said(constraint)} of {one.name}" for constraint in one.added_constraints)
            yield from (f"- index {index.name}" for index in one.dropped_indexes)
            yield from (f"+ index {index.name}" for index in one.added_indexes)
            yield from of_search(one)


def of_search(one: TableChange) -> Iterator[str]:
    """What becomes of the index of words of a table."""
    old, new = one.before and one.before.search, one.after and one.after.search
    if old != new:
        yield from (f"- search of {one.name} in {', '.join(index.columns)}" for index in [old] if index)
        yield from (f"+ search of {one.name} in {', '.join(index.columns)}" for index in [new] if index)


def of_columns(one: TableChange) -> Iterator[str]:
    """What becomes of the columns of a table."""
    for column in one.dropped_columns:
        yield f"- column {one.name}.{column.name}"
    for column in one.added_columns:
        yield f"+ column {one.name}.{column.name} {form(column)}"
    for old, new in one.changed_columns:
        yield f"~ column {one.name}.{new.name} {form(old)} -> {form(new)}"


def form(column: Column) -> str:
    """What a column holds."""
    default = "" if column.default is None else f" default {column.default.postgresql}"
    return f"{column.type.postgresql}{default}{'' if column.nullable else ' not null'}"


def said(constraint: Constraint) -> str:
    """What a constraint is called."""
    sort = {"primary": "key", "unique": "unique", "check": "check", "foreign": "reference"}[constraint.sort]
    return f"{sort} {constraint.name or ', '.join(constraint.columns)}"
