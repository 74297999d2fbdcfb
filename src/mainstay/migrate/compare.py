"""What is different between two schemas, table by table, and how it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.migrate.schema import Column, Constraint, Index, Schema, Table, plain
from mainstay.migrate.words import described, either, exact


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
    renamed_constraints: tuple[tuple[Constraint, Constraint], ...] = ()
    """Those of which nothing but the name is another."""
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
        more = (self.added_constraints, self.renamed_constraints, self.dropped_indexes, self.added_indexes)
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
    there = {bound(one) for one in before.constraints}
    kept = {bound(one) for one in after.constraints}
    dropped = [one for one in before.constraints if bound(one) not in kept]
    added = [one for one in after.constraints if bound(one) not in there]
    renamed = list(renamings(before, dropped, added))
    indexes = {(index.name, index.text): index for index in before.indexes}
    wanted_indexes = {(index.name, index.text): index for index in after.indexes}
    return TableChange(
        before,
        after,
        tuple(column for name, column in columns.items() if name not in wanted),
        tuple(column for name, column in wanted.items() if name not in columns),
        tuple((columns[name], one) for name, one in wanted.items() if name in columns and columns[name] != one),
        tuple(one for one in dropped if all(one is not old for old, _ in renamed)),
        tuple(one for one in added if all(one is not new for _, new in renamed)),
        tuple(renamed),
        tuple(index for key, index in indexes.items() if key not in wanted_indexes),
        tuple(index for key, index in wanted_indexes.items() if key not in indexes),
    )


def bound(constraint: Constraint) -> tuple[object, ...]:
    """What makes two constraints the same one: name and meaning."""
    return (constraint.name, *meaning(constraint))


def meaning(constraint: Constraint) -> tuple[object, ...]:
    """What a constraint asks for."""
    condition = None if constraint.condition is None else tuple(map(plain, constraint.condition))
    return (
        constraint.sort,
        condition,
        constraint.columns,
        constraint.target,
        constraint.target_columns,
        constraint.options,
    )


def renamings(
    before: Table, dropped: list[Constraint], added: list[Constraint]
) -> Iterator[tuple[Constraint, Constraint]]:
    """The pairs of constraints that mean the same, where the new name is free."""
    taken = {one.name for one in before.constraints}
    free = {meaning(one): one for one in added if one.name is not None and one.name not in taken}
    for old in dropped:
        new = free.pop(meaning(old), None) if old.name is not None else None
        if new is not None:
            yield old, new


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
            yield from of_constraints(one)
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
        yield f"+ column {one.name}.{column.name} {described(column)}"
    for old, new in one.changed_columns:
        tell = described if described(old) != described(new) else exact
        yield f"~ column {one.name}.{new.name} {tell(old)} -> {tell(new)}"


def of_constraints(one: TableChange) -> Iterator[str]:
    """What becomes of the constraints of a table."""
    old = {one.key: one for one in one.dropped_constraints}
    new = {one.key: one for one in one.added_constraints}
    yield from (f"- {said(constraint)} of {one.name}" for key, constraint in old.items() if key not in new)
    yield from (f"+ {said(constraint)} of {one.name}" for key, constraint in new.items() if key not in old)
    for key in new:
        if key in old:
            yield f"~ {said(new[key])} of {one.name}: {told(old[key])} -> {told(new[key])}"
    yield from (f"~ {said(constraint)} of {one.name} is {now.name} now" for constraint, now in one.renamed_constraints)


def said(constraint: Constraint) -> str:
    """What a constraint is called."""
    sort = {"primary": "key", "unique": "unique", "check": "check", "foreign": "reference"}[constraint.sort]
    return f"{sort} {constraint.name or ', '.join(constraint.columns)}"


def told(constraint: Constraint) -> str:
    """What a constraint asks for, in words."""
    options = "".join(f" {name}={value}" for name, value in constraint.options)
    if constraint.condition is not None:
        return f"{either(constraint.condition)}{options}"
    target = f" to {constraint.target}.{', '.join(constraint.target_columns)}" if constraint.target else ""
    return f"{', '.join(constraint.columns)}{target}{options}"
