"""Channels by which processes on one PostgreSQL notify one another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mainstay.backing.databases.database import Command, Script
from mainstay.backing.databases.postgresql import PostgreSQL, connect
from mainstay.errors import Unavailable
from tests.servers import PostgresServer, postgresql

CHANNEL = "mainstay_tests"
LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"


@asynccontextmanager
async def listening(url: str, called: list[str], **options: Any) -> AsyncIterator[PostgreSQL]:
    """A database whose process writes down what it is notified of."""
    database = connect(url, **options)
    database.listen(CHANNEL, lambda: called.append(CHANNEL))
    await database.open()
    yield database
    await database.close()


async def until(true: Callable[[], bool]) -> bool:
    """Whether something comes true within five seconds."""
    for _ in range(500):
        if true():
            return True
        await asyncio.sleep(0.01)
    return False


async def listeners(database: PostgreSQL) -> int:
    """How many connections listen."""
    ((count,),) = await database.read(f"SELECT count(*) {LISTENERS}", ())
    return int(count)


async def test_a_channel_reaches_all_whatever_thread_notifies_it(postgres_url: str) -> None:
    here: list[str] = []
    there: list[str] = []
    async with listening(postgres_url, here) as one, listening(postgres_url, there) as other:
        assert await until(lambda: bool(here and there))  # what was notified before may have been missed
        for notify in (one.notify, other.notify):
            here.clear()
            there.clear()
            notify(CHANNEL)
            assert await until(lambda: bool(here and there))
        here.clear()
        await asyncio.to_thread(one.notify, CHANNEL)
        assert await until(lambda: bool(here))
        here.clear()
        one.notify("another")
        await asyncio.sleep(0.2)
        assert here == []


async def test_who_was_cut_listens_again_and_is_called(postgres_url: str, postgres: PostgresServer) -> None:
    called: list[str] = []
    async with listening(postgres_url, called) as database:
        assert await until(lambda: bool(called))
        called.clear()
        postgres.sql(f"SELECT pg_terminate_backend(pid) {LISTENERS}", database=postgres_url.rpartition("/")[2])
        assert await until(lambda: bool(called))
        called.clear()
        database.notify(CHANNEL)
        assert await until(lambda: bool(called))


async def test_what_is_notified_last_is_sent_before_it_closes_and_no_connection_stays(postgres_url: str) -> None:
    called: list[str] = []
    async with listening(postgres_url, called) as stays:
        assert await until(lambda: bool(called))
        async with listening(postgres_url, []) as goes:
            called.clear()
            goes.notify(CHANNEL)
        goes.notify(CHANNEL)
        assert await until(lambda: bool(called))
        assert await listeners(stays) == 1


async def test_behind_a_pooler_nothing_comes_and_all_is_sent(postgres_url: str) -> None:
    here: list[str] = []
    pooled: list[str] = []
    async with listening(postgres_url, here), listening(postgres_url, pooled, prepared=False) as database:
        assert await until(lambda: bool(here))
        here.clear()
        database.notify(CHANNEL)
        assert await until(lambda: bool(here))
        assert (pooled, await listeners(database)) == ([], 1)


async def test_a_server_that_lets_nobody_listen_is_asked_again_once_in_a_while() -> None:
    with postgresql() as server:
        server.stop()
        (server.home / "data" / "standby.signal").touch()  # from now on it only reads, and nobody may LISTEN
        server.start()
        async with listening(server.url(), []) as database:
            await asyncio.sleep(2.5)
            database.notify(CHANNEL)
            log = (server.home / "log").read_text()
            assert [tuple(row) for row in await database.read("SELECT pg_is_in_recovery()", ())] == [(True,)]
    assert 2 <= log.count("cannot execute LISTEN during recovery") <= 6


def asleep() -> Script[None]:
    """Holds a connection for longer than anybody waits."""
    yield Command("SELECT pg_sleep(4)")


async def test_to_close_does_not_wait_for_a_channel_that_cannot_be_notified(postgres_url: str) -> None:
    async with listening(postgres_url, [], size=1, overflow=0, close_timeout=0.2) as database:
        holding = asyncio.create_task(database.write(asleep, whole=True))
        await asyncio.sleep(0.1)
        database.notify(CHANNEL)
        await asyncio.sleep(0.1)
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
    with pytest.raises(Unavailable):
        await holding
