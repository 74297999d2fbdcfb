"""Changes of the schema on SQLite: foreign keys off, one writing transaction, foreign keys looked at before its end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from mainstay.backing.changes import BrokenReferences, Patience
from mainstay.backing.databases.sqlite import connection
from mainstay.backing.databases.sqlite.adapter import SQLite
from mainstay.backing.databases.sqlite.settings import Settings
from mainstay.errors import Unavailable

T = TypeVar("T")


class SQLiteChanges:
    """Changes on the file that the adapter has opened, each on a connection of its own."""

    def __init__(self, database: SQLite) -> None:
        self.database = database

    async def run(self, change: Callable[[Connection], T], patience: Patience = Patience()) -> T:
        """What `change` returns; see the port."""
        file = await self.file()
        return await asyncio.to_thread(run, file, self.database.settings, change, patience)

    async def run_apart(
        self, change: Callable[[Connection], T], note: Callable[[Connection], None], patience: Patience = Patience()
    ) -> T:
        """What `change` returns; nobody else could write between its statements."""

        def both(connection: Connection) -> T:
            result = change(connection)
            note(connection)
            return result

        return await self.run(both, patience)

    async def look(self, question: Callable[[Connection], T]) -> T:
        """What `question` returns, who only reads."""
        file = await self.file()
        return await asyncio.to_thread(look, file, self.database.settings, question)

    async def file(self) -> Path:
        """Where the adapter's database is."""
        ((_, _, file), *_) = await self.database.read("PRAGMA database_list", ())
        return Path(file)


def run(file: Path, settings: Settings, change: Callable[[Connection], T], patience: Patience) -> T:
    """What a change returns."""
    until = monotonic() + patience.turn
    engine = engine_on(lambda: opened(file, settings, until))
    event.listen(engine, "begin", lambda begun: take_turn(begun, until))
    with told(engine), engine.begin() as begun:
        result = change(begun)
        refuse_broken(begun)
        return result


def look(file: Path, settings: Settings, question: Callable[[Connection], T]) -> T:
    """What a question returns, however many times it looks: all of it sees one moment."""
    until = monotonic() + settings.busy_timeout
    engine = engine_on(lambda: connection.reading(file, settings, until=until))
    event.listen(engine, "begin", lambda begun: take_view(begun, until))
    with told(engine), engine.begin() as begun:
        return question(begun)


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Says `Unavailable` where somebody else had the database for too long; no connection is left."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error) and connection.primary(error.orig) in connection.LOCKED:
            raise Unavailable("somebody else is writing to the database", retry_after=1) from error
        raise
    finally:
        engine.dispose()


def engine_on(connect: Callable[[], sqlite3.Connection]) -> Engine:
    """SQLAlchemy on connections of ours."""
    return create_engine("sqlite://", creator=connect, poolclass=NullPool, paramstyle="qmark", hide_parameters=True)


def opened(file: Path, settings: Settings, until: float) -> sqlite3.Connection:
    """A connection that writes as the adapter's does, but does not look at foreign keys.

    That cannot be switched inside a transaction, and with it on, a table that is replaced takes the rows that refer to
    it along.
    """
    made = connection.writing(file, settings, until=until)
    made.execute("PRAGMA foreign_keys = OFF")
    return made


def take_turn(begun: Connection, until: float) -> None:
    """Begins a transaction that writes, when nobody else does."""
    connection.patiently(lambda: begun.connection.cursor().execute("BEGIN IMMEDIATE"), until=until)


def take_view(begun: Connection, until: float) -> None:
    """Begins a transaction that reads what is there at this moment; the first look may find the database locked."""
    cursor = begun.connection.cursor()
    cursor.execute("BEGIN")
    connection.patiently(lambda: cursor.execute("SELECT count(*) FROM sqlite_schema").fetchall(), until=until)


def refuse_broken(begun: Connection) -> None:
    """Raises `BrokenReferences` where a row refers to none."""
    broken = begun.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        pairs = sorted({f"{table} refers to {target}" for table, _, target, _ in broken})
        raise BrokenReferences(f"{len(broken)} rows would refer to rows that are not there: {', '.join(pairs)}")
