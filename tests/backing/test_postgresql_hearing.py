"""Words that processes on one PostgreSQL say to one another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mainstay.backing.databases.postgresql import PostgreSQL, connect
from tests.servers import PostgresServer

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
