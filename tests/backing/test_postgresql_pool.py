"""The pool of connections to PostgreSQL: its bounds, its queue, and what happens to connections that go wrong."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import Any

import asyncpg
import pytest

from mainstay.backing.databases.database import Command, Script
from mainstay.backing.databases.postgresql import PostgreSQL, connect
from mainstay.errors import Unavailable
from tests.backing.scripts import script
from tests.servers import PostgresServer, postgresql

MINE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'mainstay'"
END = MINE.replace("*", "pg_terminate_backend(pid)")
"""Ends the connections of this test's own database, which shares its server with others."""


@pytest.fixture
async def opened(postgres_url: str) -> AsyncIterator[Callable[..., Any]]:
    databases: list[PostgreSQL] = []

    async def open_one(**options: Any) -> PostgreSQL:
        database = connect(postgres_url, **options)
        await database.open()
        databases.append(database)
        return database

    yield open_one
    for database in databases:
        await database.close()


@pytest.fixture
async def observer(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


async def eventually(observer: asyncpg.Connection, query: str, value: object, seconds: float = 3) -> None:
    async with asyncio.timeout(seconds):
        while await observer.fetchval(query) != value:  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


async def pid(database: PostgreSQL) -> int:
    ((number,),) = await database.read("SELECT pg_backend_pid()", ())
    return int(number)


@pytest.mark.requirement("A2.25")
async def test_connections_are_kept_up_to_size_and_closed_beyond_it(
    opened: Callable[..., Any], observer: asyncpg.Connection
) -> None:
    database = await opened(size=2, overflow=3, keep=0.5)
    assert await observer.fetchval(MINE) == 1
    reads = [asyncio.create_task(database.read("SELECT pg_sleep(0.3)", ())) for _ in range(5)]
    await eventually(observer, MINE, 5)
    await asyncio.gather(*reads)
    assert await observer.fetchval(MINE) == 5
    await eventually(observer, MINE, 2)


@pytest.mark.requirement("A2.25")
async def test_a_call_that_waits_too_long_for_a_connection_is_unavailable(opened: Callable[..., Any]) -> None:
    database = await opened(size=1, overflow=1, wait=0.2)
    holding = [asyncio.create_task(database.read("SELECT pg_sleep(0.8)", ())) for _ in range(2)]
    await asyncio.sleep(0.1)
    start = monotonic()
    answers = await asyncio.gather(
        database.read("SELECT 1", ()), database.write(script("SELECT 1")), return_exceptions=True
    )
    assert 0.15 < monotonic() - start < 0.6
    for answer in answers:
        assert isinstance(answer, Unavailable)
        assert answer.retry_after == 1
    await asyncio.gather(*holding)
    assert [tuple(row) for row in await database.read("SELECT 1", ())] == [(1,)]


@pytest.mark.requirement("A2.25")
async def test_those_who_wait_are_served_in_their_order(opened: Callable[..., Any]) -> None:
    database = await opened(size=1, overflow=0)
    order: list[int] = []

    async def call(number: int) -> None:
        await database.read("SELECT pg_sleep(0.02)", ())
        order.append(number)

    calls = []
    for number in range(6):
        calls.append(asyncio.create_task(call(number)))
        await asyncio.sleep(0)
    await asyncio.gather(*calls)
    assert order == list(range(6))


async def test_one_who_leaves_the_queue_takes_no_connection_along(opened: Callable[..., Any]) -> None:
    database = await opened(size=1, overflow=0, wait=2)
    for pause in (0.05, 0.099, 0.1, 0.101):  # around the moment at which the connection is handed over
        holding = asyncio.create_task(database.read("SELECT pg_sleep(0.1)", ()))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(database.read("SELECT 1", ()))
        await asyncio.sleep(pause)
        waiting.cancel()
        await asyncio.gather(holding, waiting, return_exceptions=True)
        assert await database.read("SELECT 1", ())


async def test_a_caller_who_is_cancelled_as_the_connection_is_handed_over_gives_it_back(
    opened: Callable[..., Any],
) -> None:
    database = await opened(size=1, overflow=0, wait=2)
    pool = database._pool  # the moment between is not reached from outside
    connection = await pool.acquire()
    waiting = asyncio.create_task(database.read("SELECT 1", ()))
    await asyncio.sleep(0.01)
    pool.release(connection)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    connection = await pool.acquire()
    waiting = asyncio.create_task(database.read("SELECT 1", ()))
    await asyncio.sleep(0.01)
    waiting.cancel()
    pool.release(connection)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await database.read("SELECT 1", ())


async def test_a_connection_is_replaced_when_it_is_old(opened: Callable[..., Any]) -> None:
    database = await opened(recycle=0.2)
    first = await pid(database)
    assert await pid(database) == first
    await asyncio.sleep(0.25)
    assert await pid(database) == first
    assert await pid(database) != first


async def test_the_last_used_connection_is_used_next(opened: Callable[..., Any]) -> None:
    database = await opened(size=5)
    await asyncio.gather(*(database.read("SELECT pg_sleep(0.05)", ()) for _ in range(5)))
    assert len({await pid(database) for _ in range(10)}) == 1
    last = await pid(database)
    assert await database.write(script("SELECT pg_backend_pid()")) == [(last,)]


async def test_a_cancelled_read_frees_its_place_and_ends_on_the_server(
    opened: Callable[..., Any], observer: asyncpg.Connection
) -> None:
    database = await opened(size=1, overflow=0, wait=2)
    reading = asyncio.create_task(database.read("SELECT pg_sleep(4)", ()))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await database.read("SELECT 1", ())
    await eventually(observer, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'", 0)


@pytest.mark.requirement("A2.24")
async def test_a_cancelled_write_is_undone_and_lets_go_of_its_locks(opened: Callable[..., Any]) -> None:
    database = await opened(size=1, overflow=0, wait=2)
    await database.write(script("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)"))
    writing = asyncio.create_task(database.write(script("UPDATE t SET a = 2", "SELECT pg_sleep(4)")))
    await asyncio.sleep(0.1)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await database.write(script("UPDATE t SET a = a + 10 RETURNING a")) == [(11,)]


async def test_an_idle_connection_that_the_server_ended_is_not_noticed_by_a_caller(
    opened: Callable[..., Any], observer: asyncpg.Connection
) -> None:
    database = await opened(size=3)
    await asyncio.gather(*(database.read("SELECT pg_sleep(0.05)", ()) for _ in range(3)))
    assert await observer.fetchval(END) == 3
    for _ in range(5):
        assert await database.read("SELECT 1", ())
    assert await observer.fetchval(END) >= 1
    await asyncio.sleep(0.05)
    assert await database.write(script("SELECT 1"))


async def test_a_read_whose_connection_is_ended_under_it_runs_once_more(
    opened: Callable[..., Any], observer: asyncpg.Connection
) -> None:
    database = await opened()
    reading = asyncio.create_task(database.read("SELECT 7 FROM pg_sleep(0.5)", ()))
    await asyncio.sleep(0.2)
    await observer.execute(END)
    assert [tuple(row) for row in await reading] == [(7,)]


async def test_a_write_whose_connection_is_ended_under_it_is_unavailable(
    opened: Callable[..., Any], observer: asyncpg.Connection
) -> None:
    database = await opened()
    await database.write(script("CREATE TABLE t (a int)"))
    attempts: list[int] = []

    def slow() -> Script[None]:
        attempts.append(1)
        yield Command("INSERT INTO t VALUES (1)")
        yield Command("SELECT pg_sleep(2)")

    writing = asyncio.create_task(database.write(slow))
    await asyncio.sleep(0.2)
    await observer.execute(END)
    with pytest.raises(Unavailable) as refused:
        await writing
    assert refused.value.retry_after == 1
    assert attempts == [1]
    assert await database.read("SELECT a FROM t", ()) == []


async def test_a_server_that_says_nothing_is_given_up(opened: Callable[..., Any]) -> None:
    database = await opened(statement_timeout=0.1, size=1, overflow=0)
    silent = await pid(database)
    os.kill(silent, signal.SIGSTOP)
    try:
        async with asyncio.timeout(5):
            with pytest.raises(Unavailable):
                await database.read("SELECT 1", ())
            assert await pid(database) != silent
    finally:
        os.kill(silent, signal.SIGCONT)


async def test_closing_waits_for_what_runs_and_refuses_what_comes(postgres_url: str) -> None:
    database = connect(postgres_url, size=1, overflow=0)
    await database.open()
    running = asyncio.create_task(database.read("SELECT pg_sleep(0.3)", ()))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(database.read("SELECT 1", ()))
    await asyncio.sleep(0.05)
    await database.close()
    assert running.done()
    assert len(await running) == 1
    for late in (waiting, database.read("SELECT 1", ()), database.write(script("SELECT 1"))):
        with pytest.raises(Unavailable):
            await late


async def test_closing_does_not_wait_for_ever(postgres_url: str) -> None:
    database = connect(postgres_url, close_timeout=0.2)
    await database.open()
    running = asyncio.create_task(database.read("SELECT pg_sleep(3)", ()))
    await asyncio.sleep(0.05)
    start = monotonic()
    await database.close()
    assert monotonic() - start < 1
    with pytest.raises(Unavailable):
        await running


@pytest.fixture(scope="module")
def own_server() -> Any:
    with postgresql() as server:
        yield server


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
@pytest.mark.requirement("A2.25")
async def test_a_server_that_restarts_under_load_costs_unavailable_answers_and_nothing_else(
    own_server: PostgresServer, how: Any
) -> None:
    url = own_server.create_database()
    database = connect(url, size=4, overflow=4)
    await database.open()
    await database.write(script("CREATE TABLE t (a int PRIMARY KEY)"))
    numbers = iter(range(10**9))
    acknowledged: set[int] = set()
    strange: list[BaseException] = []
    slowest, refused, stop = 0.0, 0, asyncio.Event()

    async def client(writes: bool) -> None:
        nonlocal slowest, refused
        while not stop.is_set():
            number, start = next(numbers), monotonic()
            try:
                if writes:
                    await database.write(script(Command("INSERT INTO t VALUES ($1)", (number,))))
                    acknowledged.add(number)
                else:
                    await database.read("SELECT count(*) FROM t", ())
            except Unavailable as error:
                refused += error.retry_after == 1
                await asyncio.sleep(0.01)
            except BaseException as error:
                strange.append(error)
                raise
            slowest = max(slowest, monotonic() - start)

    clients = [asyncio.create_task(client(number % 2 == 0)) for number in range(16)]
    await asyncio.sleep(0.3)
    await asyncio.to_thread(own_server.stop, how)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(own_server.start)
    start, before = monotonic(), len(acknowledged)
    async with asyncio.timeout(5):
        while len(acknowledged) < before + 50:  # noqa: ASYNC110 - many tasks change it
            await asyncio.sleep(0.01)
    back = monotonic() - start
    stop.set()
    await asyncio.gather(*clients)
    assert not strange
    assert refused > 0
    assert slowest < 5
    assert back < 5
    stored = {row[0] for row in await database.read("SELECT a FROM t", ())}
    assert acknowledged <= stored
    assert (await database.health()).ok
    await database.close()


async def test_a_stopped_server_refuses_at_once_and_health_tells(own_server: PostgresServer) -> None:
    database = connect(own_server.url())
    await database.open()
    await asyncio.to_thread(own_server.stop)
    try:
        start = monotonic()
        for _ in range(5):
            with pytest.raises(Unavailable):
                await database.read("SELECT 1", ())
        health = await database.health()
        assert not health.ok
        assert health.detail
        assert monotonic() - start < 1
    finally:
        await asyncio.to_thread(own_server.start)
    assert (await database.health()).ok
    await database.close()
