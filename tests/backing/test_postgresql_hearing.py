"""Words that processes on one PostgreSQL say to one another."""

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

WORD = "mainstay_tests"
EARS = "FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"


@asynccontextmanager
async def hearing(url: str, heard: list[str], **options: Any) -> AsyncIterator[PostgreSQL]:
    """A database whose process writes down what it hears."""
    database = connect(url, **options)
    database.hear(WORD, lambda: heard.append(WORD))
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


async def ears(database: PostgreSQL) -> int:
    """How many connections hear."""
    ((count,),) = await database.read(f"SELECT count(*) {EARS}", ())
    return int(count)


async def test_a_word_is_heard_by_all_whatever_thread_says_it(postgres_url: str) -> None:
    here: list[str] = []
    there: list[str] = []
    async with hearing(postgres_url, here) as one, hearing(postgres_url, there) as other:
        assert await until(lambda: bool(here and there))  # what was said before may have been missed
        for say in (one.say, other.say):
            here.clear()
            there.clear()
            say(WORD)
            assert await until(lambda: bool(here and there))
        here.clear()
        await asyncio.to_thread(one.say, WORD)
        assert await until(lambda: bool(here))
        here.clear()
        one.say("another")
        await asyncio.sleep(0.2)
        assert here == []


async def test_who_was_cut_hears_again_and_asks_what_was_missed(postgres_url: str, postgres: PostgresServer) -> None:
    heard: list[str] = []
    async with hearing(postgres_url, heard) as database:
        assert await until(lambda: bool(heard))
        heard.clear()
        postgres.sql(f"SELECT pg_terminate_backend(pid) {EARS}", database=postgres_url.rpartition("/")[2])
        assert await until(lambda: bool(heard))
        heard.clear()
        database.say(WORD)
        assert await until(lambda: bool(heard))


async def test_what_is_said_last_is_said_before_it_closes_and_no_connection_stays(postgres_url: str) -> None:
    heard: list[str] = []
    async with hearing(postgres_url, heard) as stays:
        assert await until(lambda: bool(heard))
        async with hearing(postgres_url, []) as goes:
            heard.clear()
            goes.say(WORD)
        goes.say(WORD)
        assert await until(lambda: bool(heard))
        assert await ears(stays) == 1


async def test_behind_a_pooler_nothing_is_heard_and_all_is_said(postgres_url: str) -> None:
    here: list[str] = []
    pooled: list[str] = []
    async with hearing(postgres_url, here), hearing(postgres_url, pooled, prepared=False) as database:
        assert await until(lambda: bool(here))
        here.clear()
        database.say(WORD)
        assert await until(lambda: bool(here))
        assert (pooled, await ears(database)) == ([], 1)


async def test_a_server_that_lets_nobody_hear_is_asked_again_once_in_a_while() -> None:
    with postgresql() as server:
        server.stop()
        (server.home / "data" / "standby.signal").touch()  # from now on it only reads, and nobody may LISTEN
        server.start()
        async with hearing(server.url(), []) as database:
            await asyncio.sleep(2.5)
            database.say(WORD)
            log = (server.home / "log").read_text()
            assert [tuple(row) for row in await database.read("SELECT pg_is_in_recovery()", ())] == [(True,)]
    assert 2 <= log.count("cannot execute LISTEN during recovery") <= 6


def asleep() -> Script[None]:
    """Holds a connection for longer than anybody waits."""
    yield Command("SELECT pg_sleep(4)")


async def test_to_close_does_not_wait_for_a_word_that_cannot_be_said(postgres_url: str) -> None:
    async with hearing(postgres_url, [], size=1, overflow=0, close_timeout=0.2) as database:
        holding = asyncio.create_task(database.write(asleep, whole=True))
        await asyncio.sleep(0.1)
        database.say(WORD)
        await asyncio.sleep(0.1)
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
    with pytest.raises(Unavailable):
        await holding
