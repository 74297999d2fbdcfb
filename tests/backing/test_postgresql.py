"""PostgreSQL behind the port: statements, transactions, time-outs, and what is said when there is no server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, select

from mainstay.backing.databases.database import Command, ForeignKeyViolation, Script, UniqueViolation
from mainstay.backing.databases.postgresql import PostgreSQL, connect
from mainstay.errors import Duplicate, Unavailable
from tests.backing.scripts import counted, script

STATEMENTS = "SELECT count(*) FROM pg_prepared_statements"


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
async def database(opened: Callable[..., Any]) -> PostgreSQL:
    database: PostgreSQL = await opened()
    await database.write(
        script(
            "CREATE TABLE t (id int PRIMARY KEY, a text)",
            "INSERT INTO t VALUES (1, 'x'), (2, 'y')",
        )
    )
    return database


@pytest.mark.requirement("A2.28")
async def test_a_session_has_the_time_zone_and_the_limits_that_were_set(opened: Callable[..., Any]) -> None:
    database = await opened(statement_timeout=3, lock_timeout=1.5, idle_in_transaction_timeout=7)
    expected = {
        "TimeZone": "UTC",
        "statement_timeout": "3s",
        "lock_timeout": "1500ms",
        "idle_in_transaction_session_timeout": "7s",
    }
    for name, value in expected.items():
        ((shown,),) = await database.read(f"SHOW {name}", ())
        assert shown == value


async def test_a_statement_is_prepared_once_and_the_oldest_go(opened: Callable[..., Any]) -> None:
    database = await opened(size=1, overflow=0, statements=3)
    for _ in range(2):
        for number in (1, 2, 3, 4, 5, 1):
            await database.read(f"SELECT {number}::int + $1::int", (1,))
    ((kept,),) = await database.read(STATEMENTS, ())
    assert kept <= 4  # what was dropped last is closed with the next that is prepared
    names = await database.read("SELECT statement FROM pg_prepared_statements", ())
    assert any("1::int + " in row[0] for row in names)


async def test_statements_are_prepared_again_when_a_table_changes(database: PostgreSQL, postgres_url: str) -> None:
    def change(value: int) -> Callable[[], Script[Any]]:
        return script(Command("UPDATE t SET a = a WHERE id = $1 RETURNING *", (value,)))

    async def both() -> list[tuple[Any, ...]]:
        rows = [*await database.read("SELECT * FROM t WHERE id = $1", (1,)), *await database.write(change(1))]
        return [tuple(row) for row in rows]

    await asyncio.gather(*(database.read("SELECT * FROM t WHERE id = $1", (1,)) for _ in range(5)))
    assert await both() == [(1, "x"), (1, "x")]
    other = await asyncpg.connect(postgres_url)
    await other.execute("ALTER TABLE t ADD COLUMN b int DEFAULT 7")
    assert await both() == [(1, "x", 7), (1, "x", 7)]
    many = await asyncio.gather(*(database.read("SELECT * FROM t WHERE id = $1", (1,)) for _ in range(8)))
    assert {tuple(row) for rows in many for row in rows} == {(1, "x", 7)}
    await other.execute("ALTER TABLE t ALTER COLUMN b TYPE text")
    assert await both() == [(1, "x", "7"), (1, "x", "7")]
    await other.close()


async def test_behind_a_pooler_no_statement_is_kept_and_the_limits_hold(opened: Callable[..., Any]) -> None:
    database = await opened(prepared=False, size=1, overflow=0, statement_timeout=0.3, lock_timeout=0.2)
    await database.write(script("CREATE TABLE t (a int)"))
    for number in range(3):
        assert await database.write(script(Command("INSERT INTO t VALUES ($1) RETURNING a", (number,)))) == [(number,)]
    assert len(await database.read("SELECT a FROM t WHERE a < $1", (3,))) == 3
    ((kept,),) = await database.read(STATEMENTS, ())
    assert kept == 0
    ((shown,),) = await database.write(script("SHOW lock_timeout"))
    assert shown == "200ms"
    ((shown,),) = await database.read("SHOW lock_timeout", ())
    assert shown == "0"  # nothing stays on the session
    start = monotonic()
    for call in (database.read("SELECT pg_sleep(5)", ()), database.write(script("SELECT pg_sleep(5)"))):
        with pytest.raises(Unavailable):
            await call
    assert monotonic() - start < 2


@pytest.mark.requirement("A6.02")
async def test_a_statement_that_takes_too_long_is_unavailable_and_its_connection_goes_on(
    opened: Callable[..., Any],
) -> None:
    database = await opened(statement_timeout=0.2, size=1, overflow=0)
    ((before,),) = await database.read("SELECT pg_backend_pid()", ())
    for call in (database.read("SELECT pg_sleep(5)", ()), database.write(script("SELECT pg_sleep(5)"))):
        start = monotonic()
        with pytest.raises(Unavailable) as refused:
            await call
        assert refused.value.retry_after == 1
        assert isinstance(refused.value.__cause__, asyncpg.QueryCanceledError)
        assert monotonic() - start < 1
    assert [tuple(row) for row in await database.read("SELECT pg_backend_pid()", ())] == [(before,)]


async def test_a_lock_that_is_not_had_in_time_is_unavailable(opened: Callable[..., Any], postgres_url: str) -> None:
    database = await opened(lock_timeout=0.2)
    await database.write(script("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)"))
    other = await asyncpg.connect(postgres_url)
    async with other.transaction():
        await other.execute("UPDATE t SET a = 2")
        with pytest.raises(Unavailable) as refused:
            await database.write(script("UPDATE t SET a = 3"))
    assert isinstance(refused.value.__cause__, asyncpg.LockNotAvailableError)
    await other.close()
    assert await database.write(script("UPDATE t SET a = a + 1 RETURNING a")) == [(3,)]


@pytest.mark.requirement("A2.24")
async def test_of_two_transactions_in_a_deadlock_both_succeed(database: PostgreSQL) -> None:
    attempts: list[int] = []

    def crossing(first: int, second: int) -> Callable[[], Script[Any]]:
        return counted(
            attempts,
            Command("UPDATE t SET a = a || 'z' WHERE id = $1", (first,)),
            "SELECT pg_sleep(0.2)",
            Command("UPDATE t SET a = a || 'z' WHERE id = $1", (second,)),
        )

    await asyncio.gather(database.write(crossing(1, 2)), database.write(crossing(2, 1)))
    assert len(attempts) == 3
    rows = await database.read("SELECT a FROM t ORDER BY id", ())
    assert [row[0] for row in rows] == ["xzz", "yzz"]


@pytest.mark.requirement("A5.08")
async def test_a_transaction_that_never_serialises_is_unavailable_after_three_attempts(database: PostgreSQL) -> None:
    attempts: list[int] = []
    fails = "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'serialization_failure'; END $$"
    with pytest.raises(Unavailable) as refused:
        await database.write(counted(attempts, "INSERT INTO t VALUES (3, 'z')", fails))
    assert refused.value.retry_after == 1
    assert len(attempts) == 3
    assert len(await database.read("SELECT id FROM t", ())) == 2


@pytest.mark.requirement("A2.24")
async def test_a_commit_that_fails_undoes_the_script(database: PostgreSQL) -> None:
    await database.write(script("CREATE TABLE u (t int REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)"))
    with pytest.raises(ForeignKeyViolation):
        await database.write(script("INSERT INTO t VALUES (3, 'z')", "INSERT INTO u VALUES (99)"))
    assert len(await database.read("SELECT id FROM t", ())) == 2
    assert await database.write(script("SELECT 1")) == [(1,)]


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_script_that_ignores_a_failure_is_undone_all_the_same(database: PostgreSQL, goes_on: bool) -> None:
    def stubborn() -> Script[str]:
        yield Command("INSERT INTO t VALUES (3, 'z')")
        try:
            yield Command("INSERT INTO t VALUES (3, 'z')")
        except UniqueViolation:
            if goes_on:
                yield Command("SELECT 1")
        return "well"

    with pytest.raises(UniqueViolation):
        await database.write(stubborn)
    assert len(await database.read("SELECT id FROM t", ())) == 2


async def test_a_script_may_give_a_failure_another_name(database: PostgreSQL) -> None:
    def named() -> Script[None]:
        try:
            yield Command("INSERT INTO t VALUES (1, 'z')")
        except UniqueViolation as violation:
            raise Duplicate("id is taken") from violation

    with pytest.raises(Duplicate, match="id is taken"):
        await database.write(named)


async def test_a_value_of_the_wrong_type_is_a_fault_and_leaks_nothing(opened: Callable[..., Any]) -> None:
    database = await opened(size=1, overflow=0, wait=0.5)
    for _ in range(3):
        with pytest.raises(asyncpg.DataError):
            await database.read("SELECT $1::int", ("x",))
        with pytest.raises(asyncpg.DataError):
            await database.write(script(Command("SELECT $1::int", ("x",))))
        with pytest.raises(asyncpg.PostgresSyntaxError):
            await database.read("SELEKT", ())
    assert await database.read("SELECT 1", ())


async def test_compiled_text_runs_as_it_is(database: PostgreSQL) -> None:
    table = Table("t", MetaData(), Column("id", Integer), Column("a", String))
    compiled = select(table.c.a).where(table.c.id == 2).compile(dialect=database.dialect)
    assert "$1::INTEGER" in str(compiled)
    assert [tuple(row) for row in await database.read(str(compiled), (2,))] == [("y",)]


async def test_missing_tables_and_indexes_are_created_by_whichever_worker_comes_first(
    opened: Callable[..., Any],
) -> None:
    workers = [await opened(lock_timeout=0.05) for _ in range(4)]
    before, after = MetaData(), MetaData()
    Table("t", before, Column("id", Integer, primary_key=True), Column("a", String))
    await workers[0].create_missing(before)
    await workers[0].write(script("INSERT INTO t VALUES (1, 'x')"))
    Table("t", after, Column("id", Integer, primary_key=True), Column("a", String, index=True))
    here = ForeignKey("there.id", use_alter=True, name="fk_here_there")
    Table("here", after, Column("id", Integer, primary_key=True), Column("there", here))
    Table("there", after, Column("id", Integer, primary_key=True), Column("here", ForeignKey("here.id")))
    await asyncio.gather(*(worker.create_missing(after) for worker in workers))
    names = await workers[0].read("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1", ())
    assert [row[0] for row in names] == ["here_pkey", "ix_t_a", "t_pkey", "there_pkey"]
    with pytest.raises(ForeignKeyViolation):
        await workers[0].write(script("INSERT INTO here VALUES (1, 9)"))
    assert len(await workers[0].read("SELECT * FROM t", ())) == 1


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    database = connect("postgresql://shop:s3cret@127.0.0.1:1/shop", connect_timeout=1)
    with pytest.raises(Unavailable, match=r"PostgreSQL at 127\.0\.0\.1:1 cannot be reached") as refused:
        await database.open()
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__!r}"
    assert not (await database.health()).ok
    with pytest.raises(ValueError, match="percent-encode") as unreadable:
        connect("postgresql://shop:s3/cret@127.0.0.1/shop")
    assert "s3" not in str(unreadable.value)


async def test_a_database_that_is_not_there_is_told(postgres_url: str) -> None:
    with pytest.raises(Unavailable, match='database "nowhere" does not exist'):
        await connect(f"{postgres_url.rpartition('/')[0]}/nowhere").open()


@pytest.mark.requirement("A8.13")
async def test_health_is_a_round_trip_that_a_full_pool_makes_late(opened: Callable[..., Any]) -> None:
    database = await opened(size=1, overflow=0)
    health = await database.health()
    assert health.ok
    assert 0 < health.latency_ms < 1000
    holding = asyncio.create_task(database.read("SELECT pg_sleep(1.5)", ()))
    await asyncio.sleep(0.05)
    health = await database.health()
    assert (health.ok, health.detail) == (False, "no answer within a second")
    await holding
