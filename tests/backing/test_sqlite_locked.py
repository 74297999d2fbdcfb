"""A file of SQLite that another process locks for a moment, against readers too: whoever opens it or looks waits."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from mainstay.backing.databases.sqlite import Changes, Sessions, SQLite, connect
from mainstay.errors import Unavailable
from tests.backing.scripts import RECOVERER, other_process, script

MAKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("ready", flush=True)
sys.stdin.read()
connection.execute("COMMIT")
"""
"""A process that makes a file, and lets nobody look at it until its input is closed."""


async def opens(database: SQLite) -> object:
    another = connect(database._url, busy_timeout=database.settings.busy_timeout)
    await another.open()
    rows = await another.read("SELECT a FROM t", ())
    await another.close()
    return [tuple(row) for row in rows]


async def looks(database: SQLite) -> object:
    return await Changes(database).look(lambda connection: rows_of(connection.execute(text("SELECT a FROM t"))))


async def reads_in_a_session(database: SQLite) -> object:
    sessions = Sessions(database, patience=database.settings.busy_timeout)
    try:
        async with sessions.begin(reads=True) as session:
            return rows_of(await session.execute(text("SELECT a FROM t")))
    finally:
        await sessions.close()


async def writes_in_a_session(database: SQLite) -> object:
    sessions = Sessions(database, patience=database.settings.busy_timeout)
    try:
        async with sessions.begin() as session:
            return rows_of(await session.execute(text("UPDATE t SET a = a RETURNING a")))
    finally:
        await sessions.close()


def rows_of(result: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in result]  # type: ignore[attr-defined]


WAYS = [opens, looks, reads_in_a_session, writes_in_a_session]


async def used(url: str, busy_timeout: float) -> SQLite:
    """A database that has a log, and a connection for each reader."""
    database = connect(url, busy_timeout=busy_timeout)
    await database.open()
    await database.write(script("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"))
    return database


@pytest.mark.parametrize("way", WAYS)
async def test_whoever_finds_the_log_being_recovered_waits_and_is_answered(
    way: Callable[[SQLite], Awaitable[object]], sqlite_url: str
) -> None:
    database = await used(sqlite_url, 5.0)
    with other_process(RECOVERER, sqlite_url.removeprefix("sqlite:///")) as process:
        answer = asyncio.ensure_future(way(database))
        await asyncio.sleep(0.3)
        assert not answer.done()
        process.stdin.close()  # type: ignore[union-attr]
        assert await answer == [(1,)]
    await database.close()


@pytest.mark.parametrize("way", WAYS)
async def test_where_that_lasts_the_database_is_unavailable(
    way: Callable[[SQLite], Awaitable[object]], sqlite_url: str
) -> None:
    database = await used(sqlite_url, 0.2)
    await database.read("SELECT a FROM t", ())
    with other_process(RECOVERER, sqlite_url.removeprefix("sqlite:///")), pytest.raises(Unavailable) as refused:
        await way(database)
    assert refused.value.retry_after == 1
    await database.close()


async def test_a_file_that_another_process_makes_is_waited_for(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/new.db")
    with other_process(MAKER, tmp_path / "new.db") as process:
        opening = asyncio.ensure_future(database.open())
        await asyncio.sleep(0.3)
        assert not opening.done()
        process.stdin.close()  # type: ignore[union-attr]
        await opening
    assert await database.read("PRAGMA journal_mode", ()) == [("wal",)]
    await database.close()


async def test_a_reader_thread_that_opens_a_connection_waits_as_long_as_its_read_may_take(sqlite_url: str) -> None:
    database = connect(sqlite_url, busy_timeout=30.0, read_timeout=0.3)
    await database.open()
    with other_process(RECOVERER, sqlite_url.removeprefix("sqlite:///")), pytest.raises(Unavailable) as refused:
        async with asyncio.timeout(2):
            await database.read("SELECT count(*) FROM sqlite_schema", ())
    assert isinstance(refused.value.__cause__, sqlite3.OperationalError)
    await database.close()
