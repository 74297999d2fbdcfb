"""Reads of SQLite: at once in the loop's thread, or in another thread when they are slow or locked out."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from mainstay.backing.databases.database import Command
from mainstay.backing.databases.sqlite import SQLite, connect
from mainstay.errors import Unavailable
from tests.backing.scripts import FOREVER, RECOVERER, other_process, script

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT count(*) FROM n"


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[SQLite]:
    database = connect(sqlite_url)
    await database.open()
    await database.write(
        script("CREATE TABLE t (a INTEGER, b TEXT) STRICT", "INSERT INTO t VALUES (1, 'x'), (2, NULL)")
    )
    yield database
    await database.close()


async def opened(url: str, **options: float) -> SQLite:
    database = connect(url, **options)
    await database.open()
    return database


async def longest_pause(until: asyncio.Future[object] | asyncio.Task[object]) -> float:
    """How long the loop did nothing else, at most, until something was done."""
    longest, last = 0.0, monotonic()
    while not until.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, monotonic() - last), monotonic()
    return longest


async def test_a_read_returns_tuples_without_leaving_the_thread_of_the_loop(database: SQLite) -> None:
    reading = database.read("SELECT a, b FROM t WHERE a <= ? ORDER BY a", (2,))
    with pytest.raises(StopIteration) as done:
        reading.send(None)  # never suspended: it ends at its first step
    assert done.value.value == [(1, "x"), (2, None)]


async def test_a_slow_read_is_repeated_in_a_thread_while_the_loop_goes_on(database: SQLite) -> None:
    reading = asyncio.create_task(database.read(COUNT, (3_000_000,)))
    pause = await longest_pause(reading)
    assert reading.result() == [(3_000_000,)]
    assert pause < 0.3


async def test_a_read_may_use_its_whole_budget_again_and_again(sqlite_url: str) -> None:
    # About 50 ms each, more where the machine is busy: a budget that were counted across reads would interrupt one.
    database = await opened(sqlite_url, loop_budget=0.4)
    for _ in range(20):
        reading = database.read(COUNT, (150_000,))
        with pytest.raises(StopIteration):
            reading.send(None)
    await database.close()


async def test_a_read_that_takes_too_long_in_its_thread_is_unavailable(sqlite_url: str) -> None:
    database = await opened(sqlite_url, read_timeout=0.3)
    start = monotonic()
    with pytest.raises(Unavailable) as refused:
        await database.read(FOREVER, ())
    assert refused.value.retry_after == 1
    assert 0.25 < monotonic() - start < 2
    assert await database.read("SELECT 1", ()) == [(1,)]
    await database.close()


async def test_reads_beyond_the_threads_wait_no_longer_than_their_time(sqlite_url: str) -> None:
    database = await opened(sqlite_url, read_timeout=0.4, readers=1)
    start = monotonic()
    answers = await asyncio.gather(*(database.read(FOREVER, ()) for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 5
    assert monotonic() - start < 2
    await database.close()


async def test_a_cancelled_slow_read_frees_its_thread(sqlite_url: str) -> None:
    database = await opened(sqlite_url, read_timeout=60, readers=1)
    reading = asyncio.create_task(database.read(FOREVER, ()))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    async with asyncio.timeout(5):
        assert await database.read(COUNT, (2_000_000,)) == [(2_000_000,)]
    await database.close()


async def test_a_read_that_is_locked_out_waits_in_a_thread_and_is_answered(sqlite_url: str) -> None:
    database = await opened(sqlite_url)
    await database.write(script("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"))
    await database.read("SELECT a FROM t", ())
    with other_process(RECOVERER, sqlite_url.removeprefix("sqlite:///")) as process:
        reading = asyncio.create_task(database.read("SELECT a FROM t", ()))
        asyncio.get_running_loop().call_later(0.3, process.stdin.close)  # type: ignore[union-attr]
        pause = await longest_pause(reading)
    assert reading.result() == [(1,)]
    assert pause < 0.2
    await database.close()


async def test_a_read_that_stays_locked_out_is_unavailable(sqlite_url: str) -> None:
    database = await opened(sqlite_url, read_timeout=0.3)
    with other_process(RECOVERER, sqlite_url.removeprefix("sqlite:///")), pytest.raises(Unavailable) as refused:
        await database.read("SELECT count(*) FROM sqlite_schema", ())
    assert refused.value.retry_after == 1
    assert isinstance(refused.value.__cause__, sqlite3.OperationalError)
    await database.close()


async def test_a_read_cannot_write(database: SQLite) -> None:
    with pytest.raises(Unavailable):
        await database.read("INSERT INTO t VALUES (3, 'y')", ())
    assert await database.read("SELECT count(*) FROM t", ()) == [(2,)]


async def test_a_statement_that_is_wrong_is_a_fault_and_not_unavailable(database: SQLite) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        await database.read("SELECT missing FROM t", ())


async def test_a_read_sees_a_column_that_was_added_meanwhile(database: SQLite) -> None:
    assert await database.read("SELECT * FROM t WHERE a = 1", ()) == [(1, "x")]
    await database.write(script(Command("ALTER TABLE t ADD COLUMN c INTEGER DEFAULT 7")))
    assert await database.read("SELECT * FROM t WHERE a = 1", ()) == [(1, "x", 7)]


async def test_rows_have_a_number_where_sqlite_gives_them_one(database: SQLite) -> None:
    await database.write(
        script(
            "CREATE VIEW v AS SELECT a FROM t",
            "CREATE TABLE keyed (k TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
            "CREATE TABLE named (rowid TEXT, _ROWID_ TEXT) STRICT",
            "CREATE TABLE all_named (rowid TEXT, _rowid_ TEXT, OID TEXT) STRICT",
        )
    )
    tables = ("t", "v", "keyed", "named", "all_named", "nothing")
    assert [database.number(table) for table in tables] == ["rowid", None, None, "oid", None, None]
    await database.close()
    assert database.number("t") is None
