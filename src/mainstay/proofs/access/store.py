"""A database that is thrown away: filled with generated rows, looked at and put back after each write."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from mainstay.backing.databases.database import Command, Database, Script
from mainstay.engine.sql.layout import to_python
from mainstay.engine.sql.statement import converter
from mainstay.kinds import of_column as kind_of
from mainstay.proofs.access.rows import Generated, Rows
from mainstay.storage import Storage

Key = tuple[Any, ...]
Raw = dict[str, set[tuple[Any, ...]]]
"""Of each table its rows as the driver gives them."""


class NotEmpty(Exception):
    """The database has tables of these names already, which nobody allowed to be overwritten."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is otherwise than it was: `before` or `after` is None where there is none."""

    table: str
    key: Key
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def columns(self) -> frozenset[str]:
        """The columns that differ."""
        if self.before is None or self.after is None:
            return frozenset()
        after = self.after
        return frozenset(name for name, value in self.before.items() if after[name] != value)


class Store:
    """The tables of an application in a database of the proof's own."""

    def __init__(self, database: Database, storage: Storage, generated: Generated) -> None:
        self.database = database
        self.storage = storage
        self.generated = generated
        self.texts = {name: Texts(table, database) for name, table in storage.tables.items()}
        self.original: Raw = {}

    async def create(self) -> None:
        """Makes the tables; NotEmpty where one of them has rows."""
        await self.database.create_missing(self.storage.metadata)
        for name, texts in self.texts.items():
            if await self.database.read(texts.select + " LIMIT 1", ()):
                raise NotEmpty(f"the table {name} has rows; give the proof an empty database")

    async def fill(self) -> None:
        """Puts the generated rows in."""
        await self.database.write(lambda: self.inserting(self.generated.rows))
        for texts in self.texts.values():
            if texts.count_on is not None:
                await self.database.write(partial(commands, [texts.count_on]))
        self.original = await self.dump()

    def settled(self) -> Generated:
        """The generated rows as they came back: a decimal with all its digits, or what a float keeps of it."""
        rows: Rows = {}
        for table, given in self.generated.rows.items():
            texts = self.texts[table]
            stored = dict(texts.python(row) for row in self.original[table])
            rows[table] = [stored[tuple(row[name] for name in texts.key)] for row in given]
        self.generated = replace(self.generated, rows=rows)
        return self.generated

    async def empty(self) -> None:
        """Takes every row out."""
        await self.database.write(self.emptying)

    def inserting(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Script[None]:
        """Rows in an order in which each finds what it refers to."""
        late = self.generated.late
        for table in self.generated.order:
            for row in rows.get(table, ()):
                first = {name: None if (table, name) in late else value for name, value in row.items()}
                yield self.texts[table].insert(first)
        for table in self.generated.order:
            if any(name == table for name, _ in late):
                for row in rows.get(table, ()):
                    yield self.texts[table].update(row)

    def emptying(self) -> Script[None]:
        """Every row out, those first that refer to others."""
        for table, column in sorted(self.generated.late):
            yield Command(self.texts[table].forget(column))
        for table in reversed(self.generated.order):
            yield Command(self.texts[table].delete_all)

    async def dump(self) -> Raw:
        """Every row of every table."""
        found: Raw = {}
        for name, texts in self.texts.items():
            found[name] = {tuple(row) for row in await self.database.read(texts.select, ())}
        return found

    async def changes(self) -> list[Change]:
        """What is otherwise than it was at first."""
        return list(self.differences(await self.dump()))

    def differences(self, now: Raw) -> Iterator[Change]:
        """The rows that came, went or changed."""
        for table, before in self.original.items():
            if before == now[table]:
                continue
            texts = self.texts[table]
            gone = dict(texts.python(row) for row in before - now[table])
            came = dict(texts.python(row) for row in now[table] - before)
            for key in {**gone, **came}:
                yield Change(table, key, gone.get(key), came.get(key))

    def tables(self, changes: Sequence[Change]) -> dict[str, list[Mapping[str, Any]]]:
        """Every row as it is after some changes."""
        changed = {(change.table, change.key): change.after for change in changes}
        found: dict[str, list[Mapping[str, Any]]] = {}
        for table, rows in self.generated.rows.items():
            keys = self.texts[table].key
            found[table] = [row for row in rows if (table, tuple(row[name] for name in keys)) not in changed]
        for change in changes:
            if change.after is not None:
                found[change.table].append(change.after)
        return found

    async def restore(self, changes: Sequence[Change]) -> None:
        """Everything as it was at first, and looked at again."""
        if not changes:
            return
        await self.database.write(lambda: self.restoring(changes))
        if await self.dump() != self.original:
            await self.empty()
            await self.fill()

    def restoring(self, changes: Sequence[Change]) -> Script[None]:
        """What is gone comes back, what came goes, what changed becomes as it was."""
        gone: dict[str, list[Mapping[str, Any]]] = {}
        for change in changes:
            if change.after is None and change.before is not None:
                gone.setdefault(change.table, []).append(change.before)
        yield from self.inserting(gone)
        for change in changes:
            if change.before is not None and change.after is not None:
                yield self.texts[change.table].update(change.before)
        for table in reversed(self.generated.order):
            for change in changes:
                if change.table == table and change.before is None and change.after is not None:
                    yield self.texts[table].delete(change.after)


class Texts:
    """The statements over one table, and the forms of its values."""

    def __init__(self, table: sa.Table, database: Database) -> None:
        dialect = database.dialect
        self.columns = [column.name for column in table.columns]
        self.key = [column.name for column in table.primary_key.columns]
        self.store = {column.name: converter(column.type, dialect) for column in table.columns}
        self.load = {column.name: to_python(kind_of(column), column, dialect) for column in table.columns}
        values = {
            column.name: sa.bindparam(f"v{place}", type_=column.type) for place, column in enumerate(table.columns)
        }
        by_key = [
            table.c[name] == sa.bindparam(f"k{place}", type_=table.c[name].type) for place, name in enumerate(self.key)
        ]
        names = {f"v{place}": name for place, name in enumerate(self.columns)}
        names |= {f"k{place}": name for place, name in enumerate(self.key)}
        self.insert = self.command(sa.insert(table).values(values), dialect, names)
        self.update = self.command(sa.update(table).values(values).where(*by_key), dialect, names)
        self.delete = self.command(sa.delete(table).where(*by_key), dialect, names)
        self.delete_all = str(sa.delete(table).compile(dialect=dialect))
        self.select = str(sa.select(*table.columns).compile(dialect=dialect))
        self.table, self.dialect = table, dialect
        self.count_on = self.counting() if dialect.name == "postgresql" else None
        """Lets the database count on from the largest key that was given, which SQLite does by itself."""

    def counting(self) -> str | None:
        """The text that sets the sequence of a counted key; None where there is none."""
        counted = self.table.autoincrement_column
        if counted is None or counted.default is not None or counted.server_default is not None:
            return None
        name, column = self.dialect.identifier_preparer.format_table(self.table), counted.name
        return (
            f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), "
            f'(SELECT coalesce(max("{column}"), 1) FROM {name}))'
        )

    def forget(self, column: str) -> str:
        """The text that makes a column null everywhere."""
        kept = {other: other for other in self.table.columns if other.onupdate is not None}
        forgotten = sa.update(self.table).values({**kept, self.table.c[column]: sa.null()})
        return str(forgotten.compile(dialect=self.dialect))

    def command(
        self, statement: Any, dialect: sa.Dialect, names: Mapping[str, str]
    ) -> Callable[[Mapping[str, Any]], Command]:
        """The function from a row to a command."""
        made = statement.compile(dialect=dialect)
        text, order = str(made), [names[name] for name in made.positiontup or ()]

        def fill(row: Mapping[str, Any]) -> Command:
            return Command(text, tuple(self.stored(name, row[name]) for name in order))

        return fill

    def stored(self, name: str, value: Any) -> Any:
        """A value in the driver's form."""
        convert = self.store[name]
        return value if value is None or convert is None else convert(value)

    def python(self, row: Sequence[Any]) -> tuple[Key, dict[str, Any]]:
        """The key of a row, and the row in Python's form."""
        made = {}
        for name, value in zip(self.columns, row, strict=True):
            load = self.load[name]
            made[name] = whole(value if value is None or load is None else load(value))
        return tuple(made[name] for name in self.key), made


def commands(texts: Sequence[str]) -> Script[None]:
    """Texts as a script."""
    for text in texts:
        yield Command(text)


def whole(value: Any) -> Any:
    """A moment with its zone, which SQLite forgets for columns of somebody else's types; any other value itself."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=dt.UTC)
    return value.value if isinstance(value, enum.Enum) else value
