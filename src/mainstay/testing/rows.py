"""The rows of a database as they are at one moment: looked at, compared, and put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import sort_tables_and_constraints

from mainstay.backing.databases.database import Command, Database, IntegrityFailure, Script
from mainstay.engine.sql.layout import to_python
from mainstay.kinds import ImpossibleKind, of_column

Raw = Mapping[str, frozenset[tuple[Any, ...]]]
"""Of each table its rows, as the driver gives them."""

THERE = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}
"""The names of the tables that there are, on each database."""
WRITTEN = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"}
"""What differs between two moments between which something was written."""
COUNT_ON = {
    "sqlite": "UPDATE sqlite_sequence SET seq = (SELECT coalesce(max({key}), 0) FROM {table}) WHERE name = '{name}'",
    "postgresql": "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({key}), 1), "
    "max({key}) IS NOT NULL) FROM {table}",
}
"""What lets the database count a key on from the largest that there is."""


class Table:
    """The statements over one table, and the forms of its values."""

    def __init__(self, table: sa.Table, dialect: Dialect, circular: frozenset[sa.Column[Any]]) -> None:
        quote = dialect.identifier_preparer
        columns = [column for column in table.columns if column.computed is None]
        name, names = quote.format_table(table), [quote.format_column(column) for column in columns]
        keys = [quote.format_column(column) for column in table.primary_key]
        marks = ["?" if dialect.name == "sqlite" else f"${place}" for place in range(1, len(names) + 1)]
        found = " AND ".join(f"{key} = {mark}" for key, mark in zip(keys, marks, strict=False))
        others = [f"{column} = excluded.{column}" for column in names if column not in keys]
        change = f"DO UPDATE SET {', '.join(others)}" if others else "DO NOTHING"
        late = [column for column in columns if column in circular and column.nullable]
        self.columns = [column.name for column in columns]
        self.key = [self.columns.index(column.name) for column in table.primary_key]
        self.loads = [conversion(column, dialect) for column in columns]
        self.late = [columns.index(column) for column in late]
        """Places of references to rows of the table itself, or of one further down: null while rows come and go."""
        self.select = f"SELECT {', '.join(names)} FROM {name}"
        self.empty = [f"UPDATE {name} SET {quote.format_column(column)} = NULL" for column in late]
        self.delete_all = f"DELETE FROM {name}"
        self.delete = f"DELETE FROM {name} WHERE {found}"
        self.put = f"INSERT INTO {name} ({', '.join(names)}) VALUES ({', '.join(marks)})"
        self.put += f" ON CONFLICT ({', '.join(keys)}) {change}"
        counted = table.autoincrement_column
        self.count_on = None
        if counted is not None and (dialect.name != "sqlite" or table.dialect_options["sqlite"]["autoincrement"]):
            words = {"key": quote.format_column(counted), "column": counted.name, "table": name, "name": table.name}
            self.count_on = COUNT_ON[dialect.name].format(**words)

    def key_of(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """The key of a row."""
        return tuple(row[place] for place in self.key)

    def without_late(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row that refers to nothing that may not be there yet."""
        return tuple(None if place in self.late else value for place, value in enumerate(row))

    def read(self, row: Sequence[Any]) -> dict[str, Any]:
        """A row in Python's form."""
        return {
            name: value if value is None or load is None else load(value)
            for name, value, load in zip(self.columns, row, self.loads, strict=True)
        }


class Rows:
    """The tables of an application, with the rows that every test begins with."""

    def __init__(self, database: Database, metadata: sa.MetaData) -> None:
        self.database = database
        self.metadata = metadata
        self.tables: dict[str, Table] = {}
        """Each after those that it refers to."""
        self.first: Raw = {}
        self.mark: Sequence[Any] = ()

    async def begin(self) -> None:
        """Remembers the rows that are there, as those that every test begins with."""
        there = {row[0] for row in await self.database.read(THERE[self.database.name], ())}
        tables, circular = arranged(self.metadata)
        self.tables = {
            table.name: Table(table, self.database.dialect, circular)
            for table in tables
            if table.name in there and table.primary_key.columns
        }
        self.first = await self.look()
        self.mark = await self.written()

    async def written(self) -> Sequence[Any]:
        """What is another value after anything was written."""
        return tuple((await self.database.read(WRITTEN[self.database.name], ()))[0])

    async def look(self) -> Raw:
        """Every row of every table."""
        return {
            name: frozenset([tuple(row) for row in await self.database.read(table.select, ())])
            for name, table in self.tables.items()
        }

    async def restore(self) -> None:
        """Puts the rows back that every test begins with, where anything was written."""
        if await self.written() == self.mark:
            return
        now = await self.look()
        try:
            await self.database.write(lambda: self.mending(now))
        except IntegrityFailure:
            pass  # something that came is in the way of what comes back: everything goes, then
        if await self.look() != self.first:
            await self.database.write(self.filling)
        self.mark = await self.written()

    def mending(self, now: Raw) -> Script[None]:
        """What came goes, what went or changed comes back."""
        gone = {name: rows - now[name] for name, rows in self.first.items()}
        came = {name: now[name] - rows for name, rows in self.first.items()}
        for name, table in reversed(self.tables.items()):
            if not came[name]:
                continue
            kept = {table.key_of(row) for row in self.first[name]}
            if not kept:
                yield from (Command(text) for text in [*table.empty, table.delete_all])
                continue
            for row in came[name]:
                if table.key_of(row) not in kept:
                    yield Command(table.delete, table.key_of(row))
        yield from self.putting(gone)
        yield from self.counting(name for name in self.tables if gone[name] or came[name])

    def filling(self) -> Script[None]:
        """Every row goes, and those come that every test begins with."""
        for table in self.tables.values():
            yield from (Command(text) for text in table.empty)
        for table in reversed(self.tables.values()):
            yield Command(table.delete_all)
        yield from self.putting(self.first)
        yield from self.counting(self.tables)

    def putting(self, rows: Raw) -> Script[None]:
        """Rows of every table, in the place of those with the same keys."""
        for name, table in self.tables.items():
            for row in rows[name]:
                yield Command(table.put, table.without_late(row))
        for name, table in self.tables.items():
            for row in rows[name] if table.late else ():
                yield Command(table.put, row)

    def counting(self, names: Iterable[str]) -> Script[None]:
        """Lets keys be counted on from the largest in these tables."""
        for name in names:
            count_on = self.tables[name].count_on
            if count_on is not None:
                yield Command(count_on)


def arranged(metadata: sa.MetaData) -> tuple[list[sa.Table], frozenset[sa.Column[Any]]]:
    """Tables, each after those that it refers to, and the columns of references for which that cannot be."""
    ordered, circular = [], set()
    for table, constraints in sort_tables_and_constraints(metadata.tables.values()):  # type: ignore[no-untyped-call]
        if table is not None:
            ordered.append(table)
            own = [constraint for constraint in table.foreign_key_constraints if constraint.referred_table is table]
            constraints = own
        for constraint in constraints:
            circular.update(constraint.columns)
    return ordered, frozenset(circular)


def conversion(column: sa.Column[Any], dialect: Dialect) -> Any:
    """What makes Python's form of a column's stored value; None where that is it, or the column is of no kind."""
    try:
        return to_python(of_column(column), column, dialect)
    except ImpossibleKind:
        return None
