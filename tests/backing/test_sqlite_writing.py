"""Writes of SQLite: one thread, one transaction for all that wait, and no one pays for another."""

from __future__ import annotations

import asyncio
import sqlite3
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest

from mainstay.backing.databases.database import (
    Command,
    ForeignKeyViolation,
    IntegrityFailure,
    Script,
    UniqueViolation,
)
from mainstay.backing.databases.sqlite import SQLite, connect
from mainstay.errors import Duplicate, Unavailable
from tests.backing.scripts import FOREVER, HOLDER, counted, held, other_process, script

TABLES = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT",
    "CREATE TABLE post (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person (id)) STRICT",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
async def open_database(file: Path) -> AsyncIterator[Callable[..., Any]]:
    databases: list[SQLite] = []

    async def opened(**options: float) -> SQLite:
        database = connect(f"sqlite:///{file}", **options)
        await database.open()
        await database.write(script(*TABLES))
        databases.append(database)
        return database

    yield opened
    for database in databases:
        await database.close()


@pytest.fixture
async def database(open_database: Callable[..., Any]) -> SQLite:
    opened: SQLite = await open_database()
    return opened


def person(name: str) -> Command:
    return Command("INSERT INTO person (name) VALUES (?) RETURNING name", (name,))


def names(file: Path) -> set[str]:
    """What is durable, seen by a connection that is not ours."""
    connection = sqlite3.connect(file)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM person")}
    finally:
        connection.close()


def commits(file: Path) -> int:
    """The transactions in the write-ahead log: frames that say how long the database is after them."""
    log = Path(f"{file}-wal").read_bytes()
    page = struct.unpack_from(">I", log, 8)[0]
    salt = log[16:24]
    frames = [log[at : at + 24] for at in range(32, len(log), 24 + page)]
    return sum(frame[8:16] == salt and frame[4:8] != bytes(4) for frame in frames)


async def together(database: SQLite, *scripts: Callable[[], Script[Any]]) -> list[Any]:
    """The outcomes of scripts that certainly share one group: all wait while another has the writer."""
    gate = Event()
    first = asyncio.create_task(database.write(held(gate)))
    await asyncio.sleep(0.05)
    others = [asyncio.create_task(database.write(one)) for one in scripts]
    await asyncio.sleep(0.05)
    gate.set()
    await first
    async with asyncio.timeout(20):
        return await asyncio.gather(*others, return_exceptions=True)


async def alive(database: SQLite) -> bool:
    async with asyncio.timeout(5):
        return await database.write(script(person("alive"))) == [("alive",)]


@pytest.mark.requirement("A2.24")
async def test_a_script_gets_the_rows_of_each_command_and_its_value_is_returned(database: SQLite, file: Path) -> None:
    def move() -> Script[tuple[Sequence[Any], ...]]:
        inserted = yield person("ann")
        nothing = yield Command("UPDATE person SET name = 'ann b' WHERE name = 'ann'")
        found = yield Command("SELECT name FROM person")
        return inserted, nothing, found

    assert await database.write(move) == ([("ann",)], [], [("ann b",)])
    assert names(file) == {"ann b"}


async def test_scripts_that_wait_together_share_one_transaction(database: SQLite, file: Path) -> None:
    before = commits(file)
    answers = await together(database, *(script(person(f"p{n}")) for n in range(64)))
    assert answers == [[(f"p{n}",)] for n in range(64)]
    assert len(names(file)) == 64
    assert commits(file) - before == 1


async def test_a_group_has_a_bound(open_database: Callable[..., Any], file: Path) -> None:
    database = await open_database(group=10)
    before = commits(file)
    await together(database, *(script(person(f"p{n}")) for n in range(30)))
    assert commits(file) - before == 3


async def test_nobody_is_answered_before_the_group_is_durable(database: SQLite, file: Path) -> None:
    gate, later = Event(), Event()
    first = asyncio.create_task(database.write(held(gate)))
    await asyncio.sleep(0.05)
    early = asyncio.create_task(database.write(script(person("early"))))
    slow = asyncio.create_task(database.write(held(later)))
    await asyncio.sleep(0.05)
    gate.set()
    await first
    await asyncio.sleep(0.1)
    assert not early.done()
    assert names(file) == set()
    later.set()
    await early
    assert names(file) == {"early"}
    await slow


@pytest.mark.requirement("A2.24")
async def test_an_error_of_one_script_undoes_that_script_only(database: SQLite, file: Path) -> None:
    answers = await together(
        database, script(person("a")), script(person("b"), person("lost"), person("a")), script(person("c"))
    )
    assert answers[0] == [("a",)]
    assert isinstance(answers[1], UniqueViolation)
    assert answers[1].columns == ("name",)
    assert answers[2] == [("c",)]
    assert names(file) == {"a", "c"}


async def test_a_commit_that_fails_fails_only_for_the_script_whose_fault_it_is(database: SQLite, file: Path) -> None:
    orphan = script("PRAGMA defer_foreign_keys = ON", person("guilty"), "INSERT INTO post (person) VALUES (99)")
    answers = await together(database, script(person("a")), orphan, script(person("b")))
    assert answers[0] == [("a",)]
    assert isinstance(answers[1], ForeignKeyViolation)
    assert answers[2] == [("b",)]
    assert names(file) == {"a", "b"}
    assert await alive(database)


async def test_a_transaction_lost_by_one_script_costs_the_others_nothing(database: SQLite, file: Path) -> None:
    await database.write(script(person("taken")))
    loser = script(person("lost"), Command("INSERT OR ROLLBACK INTO person (name) VALUES ('taken')"))
    answers = await together(database, script(person("a")), loser, script(person("b")))
    assert answers[0] == [("a",)]
    assert isinstance(answers[1], UniqueViolation)
    assert answers[2] == [("b",)]
    assert names(file) == {"taken", "a", "b"}
    assert await alive(database)


@pytest.mark.parametrize(
    "slow",
    [
        pytest.param(f"INSERT INTO person (name) SELECT * FROM ({FOREVER})", id="a write, which loses the transaction"),
        pytest.param(FOREVER, id="a read, which does not"),
    ],
)
async def test_a_script_that_takes_too_long_is_undone_once_and_others_are_kept(
    open_database: Callable[..., Any], file: Path, slow: str
) -> None:
    database = await open_database(write_timeout=0.5)
    attempts: list[int] = []
    answers = await together(database, script(person("a")), counted(attempts, person("x"), slow), script(person("b")))
    assert answers[0] == [("a",)]
    assert isinstance(answers[1], Unavailable)
    assert answers[1].retry_after == 1
    assert answers[2] == [("b",)]
    assert names(file) == {"a", "b"}
    assert attempts == [1]
    assert await alive(database)


async def test_a_script_that_dawdles_between_its_commands_is_undone(
    open_database: Callable[..., Any], file: Path
) -> None:
    database = await open_database(write_timeout=0.2)

    def dawdle() -> Script[None]:
        while True:
            yield person("slow") if not names(file) else Command("SELECT 1")
            yield Command("DELETE FROM person")
            sleep(0.05)

    with pytest.raises(Unavailable):
        await database.write(dawdle)
    assert names(file) == set()
    assert await alive(database)


async def test_a_full_disk_refuses_the_script_that_needs_the_room_and_passes(database: SQLite, file: Path) -> None:
    ((pages,),) = await database.write(script("PRAGMA page_count"))
    await database.write(script(f"PRAGMA max_page_count = {pages + 3}"))
    large = Command("INSERT INTO person (name) VALUES (?)", ("x" * 1_000_000,))
    answers = await together(database, script(person("a")), script(person("x"), large), script(person("b")))
    assert answers[0] == [("a",)]
    assert isinstance(answers[1], Unavailable)
    assert answers[1].retry_after == 30
    assert answers[2] == [("b",)]
    assert names(file) == {"a", "b"}
    await database.write(script("PRAGMA max_page_count = 1000000"))
    await database.write(script(large))
    assert await alive(database)


@pytest.mark.parametrize("raised", [LookupError("mine"), SystemExit(3), StopIteration(), GeneratorExit()])
async def test_what_a_script_raises_reaches_its_caller_and_not_the_writer(
    database: SQLite, file: Path, raised: BaseException
) -> None:
    def fails() -> Script[None]:
        yield person("x")
        raise raised

    def fails_at_once() -> Script[None]:
        raise raised

    answers = await together(database, script(person("a")), fails, fails_at_once, script(person("b")))
    assert answers[0] == [("a",)]
    expected = LookupError if isinstance(raised, LookupError) else RuntimeError
    assert isinstance(answers[1], expected)
    assert isinstance(answers[2], expected)
    assert answers[3] == [("b",)]
    assert names(file) == {"a", "b"}
    assert await alive(database)


async def test_a_cancelled_caller_does_not_break_its_group(database: SQLite, file: Path) -> None:
    gate, inside = Event(), Event()
    first = asyncio.create_task(database.write(held(gate)))
    await asyncio.sleep(0.05)

    def begun() -> Script[None]:
        yield person("begun")
        inside.set()
        sleep(0.2)

    leaving = asyncio.create_task(database.write(begun))
    staying = asyncio.create_task(database.write(script(person("stays"))))
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.to_thread(inside.wait, 5)
    leaving.cancel()
    assert await staying == [("stays",)]
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await first
    assert names(file) == {"begun", "stays"}
    assert await alive(database)


async def test_a_script_whose_caller_left_before_it_began_is_not_run(database: SQLite, file: Path) -> None:
    gate = Event()
    first = asyncio.create_task(database.write(held(gate)))
    await asyncio.sleep(0.05)
    leaving = asyncio.create_task(database.write(script(person("gone"))))
    staying = asyncio.create_task(database.write(script(person("stays"))))
    await asyncio.sleep(0.05)
    leaving.cancel()
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, staying)
    assert names(file) == {"stays"}


async def test_a_full_queue_refuses_at_once(open_database: Callable[..., Any], file: Path) -> None:
    database = await open_database(queue=3)
    gate = Event()
    first = asyncio.create_task(database.write(held(gate)))
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(database.write(script(person(f"p{n}")))) for n in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await database.write(script(person("one too many")))
    assert refused.value.retry_after == 1
    gate.set()
    await asyncio.gather(first, *waiting)
    assert names(file) == {"p0", "p1", "p2"}


async def test_a_write_waits_for_another_process_that_writes(database: SQLite, file: Path) -> None:
    with other_process(HOLDER, file) as process:
        writing = asyncio.create_task(database.write(script(person("a"))))
        await asyncio.sleep(0.3)
        assert not writing.done()
        process.stdin.close()  # type: ignore[union-attr]
        assert await writing == [("a",)]


async def test_a_write_that_waits_too_long_for_another_process_is_unavailable(
    open_database: Callable[..., Any], file: Path
) -> None:
    database = await open_database(busy_timeout=0.3)
    with other_process(HOLDER, file):
        start = monotonic()
        answers = await asyncio.gather(
            *(database.write(script(person(f"p{n}"))) for n in range(5)), return_exceptions=True
        )
        assert 0.25 < monotonic() - start < 2
        assert [type(answer) for answer in answers] == [Unavailable] * 5
        assert {answer.retry_after for answer in answers if isinstance(answer, Unavailable)} == {1}
        assert await database.read("SELECT count(*) FROM person", ()) == [(0,)]
    assert await alive(database)


async def test_two_processes_that_both_write_do_not_starve_one_another(database: SQLite, file: Path) -> None:
    busy = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
print("ready", flush=True)
for n in range(300):
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO person (name) VALUES (?)", (f"other {n}",))
    time.sleep(0.002)
    connection.execute("COMMIT")
"""
    with other_process(busy, file) as process:
        async with asyncio.timeout(20):
            for n in range(50):
                await database.write(script(person(f"ours {n}")))
            await asyncio.to_thread(process.wait)
    assert len(names(file)) == 350


@pytest.mark.requirement("A2.24")
async def test_a_script_may_give_a_failure_another_name(database: SQLite, file: Path) -> None:
    def named() -> Script[None]:
        yield person("a")
        try:
            yield person("a")
        except UniqueViolation as violation:
            raise Duplicate("name is taken") from violation

    with pytest.raises(Duplicate, match="name is taken"):
        await database.write(named)
    assert names(file) == set()


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_script_that_ignores_a_failure_is_undone_all_the_same(
    database: SQLite, file: Path, goes_on: bool
) -> None:
    def stubborn() -> Script[str]:
        yield person("a")
        try:
            yield person("a")
        except IntegrityFailure:
            if goes_on:
                yield person("b")
        return "well"

    with pytest.raises(UniqueViolation):
        await database.write(stubborn)
    assert names(file) == set()
    assert await alive(database)


async def test_closing_waits_for_what_was_asked(file: Path) -> None:
    database = connect(f"sqlite:///{file}")
    await database.open()
    await database.write(script(*TABLES))
    writing = [asyncio.create_task(database.write(script(person(f"p{n}")))) for n in range(300)]
    await asyncio.sleep(0)
    await database.close()
    assert len(await asyncio.gather(*writing)) == 300
    assert len(names(file)) == 300
    with pytest.raises(Unavailable):
        await database.write(script(person("late")))
    with pytest.raises(Unavailable):
        await database.read("SELECT 1", ())


def test_a_database_may_be_used_by_another_loop_than_the_one_that_opened_it(file: Path) -> None:
    database = connect(f"sqlite:///{file}")
    asyncio.run(database.open())
    asyncio.run(database.write(script(*TABLES, person("a"))))
    assert asyncio.run(database.read("SELECT name FROM person", ())) == [("a",)]
    asyncio.run(database.close())
