"""An engine over a database of a test's own: rows put in raw, operations called by name, statements counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa

from mainstay import compiler
from mainstay.actor import NOBODY, Actor
from mainstay.backing.databases.database import Command, Database, Script
from mainstay.backing.open import database, sessions
from mainstay.compiler import Compiled
from mainstay.engine import Answer, Call, Engine
from mainstay.engine.call import NOTHING
from mainstay.engine.sql.layout import to_python
from mainstay.engine.sql.statement import converter
from mainstay.errors import MainstayError, Unauthenticated
from mainstay.events import Listener
from mainstay.identity import Credentials
from mainstay.operation import Limit
from tests.apps import desk, everything, foreign, meals, reviews

KEY = b"the key of these tests' cursors!"
PREPARED: set[tuple[str, str]] = set()
"""Databases that have the tables of an application."""
RESOURCES = {
    "everything": everything.RESOURCES,
    "foreign": foreign.RESOURCES,
    "meals": meals.RESOURCES,
    "reviews": reviews.RESOURCES,
    "desk": desk.RESOURCES,
}


@cache
def compiled(name: str, kind: str, limits: tuple[Limit, ...] = ()) -> Compiled:
    """One of the test applications."""
    return compiler.compile(RESOURCES[name], database=kind, limits=limits)


class Watched:
    """The port of a database with another one behind it: remembers what runs, fails where it is told to."""

    def __init__(self, behind: Database) -> None:
        self.behind = behind
        self.name, self.dialect = behind.name, behind.dialect
        self.ran: list[tuple[str, tuple[Any, ...]]] = []
        self.fails: Callable[[str], Exception | None] = lambda text: None

    def note(self, text: str, values: Sequence[Any]) -> None:
        """One statement is about to run."""
        self.ran.append((text, tuple(values)))
        failure = self.fails(text)
        if failure is not None:
            raise failure

    async def open(self) -> None:
        await self.behind.open()

    async def close(self) -> None:
        await self.behind.close()

    async def read(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        self.note(text, values)
        return await self.behind.read(text, values)

    async def write(self, script: Callable[[], Script[Any]], *, whole: bool = False) -> Any:
        def watched() -> Script[Any]:
            running = script()
            try:
                command = next(running)
                while True:
                    self.note(command.text, command.values)
                    try:
                        rows = yield command
                    except Exception as failure:
                        command = running.throw(failure)
                    else:
                        command = running.send(rows)
            except StopIteration as done:
                return done.value

        return await self.behind.write(watched, whole=whole)

    def number(self, table: str) -> str | None:
        return self.behind.number(table)

    async def create_missing(self, metadata: sa.MetaData) -> None:
        await self.behind.create_missing(metadata)

    async def health(self) -> Any:
        return await self.behind.health()


class Tokens:
    """Knows whoever has called before by the place in this list."""

    scheme = "Bearer"

    def __init__(self) -> None:
        self.actors: list[Actor] = []

    def credentials(self, actor: Actor) -> Credentials:
        """What the actor shows."""
        self.actors.append(actor)
        return Credentials("bearer", str(len(self.actors) - 1))

    async def identify(self, credentials: Credentials) -> Actor:
        if not credentials.value.isdigit():
            raise Unauthenticated
        return self.actors[int(credentials.value)]


class World:
    """An engine, and what tests do with it."""

    def __init__(self, made: Compiled, behind: Database, **options: Any) -> None:
        self.application, self.storage = made.application, made.storage
        self.database = Watched(behind)
        self.tokens = Tokens()
        self.engine = Engine(
            made.application, made.storage, self.database, identity=self.tokens, **{"cursor_key": KEY, **options}
        )
        self.last: Call

    async def call(
        self,
        name: str,
        *key: Any,
        by: Actor = NOBODY,
        ask: Mapping[str, Any] | Sequence[tuple[str, str]] = (),
        body: Any = NOTHING,
        **more: Any,
    ) -> Answer:
        """The answer of an operation; `ask` are its parameters."""
        parameters = list(ask.items() if isinstance(ask, Mapping) else ask)
        more.setdefault("credentials", self.tokens.credentials(by) if by.is_known else None)
        self.last = Call(
            self.application.operation(name),
            key=[str(value) for value in key],
            parameters=[(field, str(value)) for field, value in parameters],
            body=body,
            **more,
        )
        return await self.engine.execute(self.last)

    async def refused(self, name: str, *key: Any, **more: Any) -> MainstayError:
        """The error of an operation that must be refused."""
        try:
            answer = await self.call(name, *key, **more)
        except MainstayError as error:
            return error
        raise AssertionError(f"{name} was answered: {answer}")

    async def told(self, name: str, *key: Any, **more: Any) -> int:
        """The status of an operation, done or refused."""
        try:
            return (await self.call(name, *key, **more)).status
        except MainstayError as error:
            return error.status

    async def data(self, name: str, *key: Any, **more: Any) -> Any:
        """The data of an answer as JSON has them."""
        return msgspec.json.decode(msgspec.json.encode((await self.call(name, *key, **more)).data))

    async def insert(self, table: str, *rows: Mapping[str, Any]) -> None:
        """Rows put in raw; what a row says nothing of is its default, or null."""
        made, dialect = self.storage.tables[table], self.database.dialect
        columns = list(made.columns)
        places: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in columns}
        insert: Any = sa.insert(made).values(places).compile(dialect=dialect)
        text, order = str(insert), list(insert.positiontup)
        stores = {column.name: converter(column.type, dialect) for column in columns}
        makers = {name: make for (owner, name), make in self.storage.defaults.items() if owner == table}

        def script() -> Script[None]:
            for row in rows:
                whole = {**{name: make() for name, make in makers.items()}, **row}
                values = [whole.get(name) for name in order]
                stored = [
                    value if value is None or stores[name] is None else stores[name](value)  # type: ignore[misc]
                    for name, value in zip(order, values, strict=True)
                ]
                yield Command(text, tuple(stored))

        await self.database.behind.write(script)

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table in Python's form."""
        made, dialect = self.storage.tables[table], self.database.dialect
        found = await self.database.behind.read(str(sa.select(made).compile(dialect=dialect)), ())
        loads = [to_python(self.storage.kind(table, column.name), column, dialect) for column in made.columns]
        return [
            {
                column.name: value if load is None or value is None else load(value)
                for column, load, value in zip(made.columns, loads, row, strict=True)
            }
            for row in found
        ]

    async def run(self, *texts: str) -> None:
        """Statements as they are written here."""

        def script() -> Script[None]:
            for text in texts:
                yield Command(text)

        await self.database.behind.write(script)

    async def clear(self) -> None:
        """No rows anywhere."""
        tables = list(reversed(self.storage.metadata.sorted_tables))
        to_itself = [
            f'UPDATE "{table.name}" SET "{column.name}" = NULL'
            for table in tables
            for constraint in table.foreign_key_constraints
            for column in constraint.columns
            if constraint.referred_table is table
        ]
        await self.run(*to_itself, *[f'DELETE FROM "{table.name}"' for table in tables])


@asynccontextmanager
async def world(
    url: str,
    name: str = "everything",
    limits: tuple[Limit, ...] = (),
    listeners: Sequence[Listener] = (),
    **options: Any,
) -> AsyncIterator[World]:
    """A test application on an empty database."""
    made = compiled(name, url.partition(":")[0], limits)
    behind = database(url)
    acting = sessions(url, behind)
    there = World(made, behind, limits=limits, listeners=listeners, sessions=acting, **options)
    await there.engine.open()
    try:
        if (url, name) not in PREPARED:
            await there.database.create_missing(made.storage.metadata)
            PREPARED.add((url, name))
        await there.clear()
        yield there
    finally:
        await acting.close()
        await there.engine.close()


NOW = dt.datetime(2026, 11, 21, 18, 30, tzinfo=dt.UTC)
