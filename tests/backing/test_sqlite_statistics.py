"""The planner of SQLite learns of tables that grow, on every connection, without a restart."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path

import pytest

from mainstay.backing.databases.database import Command, Script
from mainstay.backing.databases.sqlite import SQLite, connect

TABLE = (
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, shown INTEGER, owner INTEGER, made INTEGER) STRICT",
    "CREATE INDEX by_owner ON thing (owner, made)",
    "CREATE INDEX by_shown ON thing (shown, made)",
)
QUESTION = "SELECT id FROM thing WHERE shown = ? AND owner = ? ORDER BY made LIMIT 20"
NUMBERS = itertools.count()


def tables() -> Script[None]:
    for text in TABLE:
        yield Command(text)


def rows() -> Script[None]:
    for number in range(3000):
        yield Command("INSERT INTO thing VALUES (?, 1, ?, ?)", (number, number % 100, number))


async def plan(database: SQLite) -> str:
    """How the open connection answers the question now; an EXPLAIN that is kept would not notice a new schema."""
    await database.read(QUESTION, (1, 1))
    text = f"EXPLAIN QUERY PLAN {QUESTION} -- {next(NUMBERS)}"
    return " ".join(str(row[3]) for row in await database.read(text, (1, 1)))


@pytest.mark.requirement("A2.15", "A2.16")
async def test_an_open_connection_takes_the_narrow_index_once_the_table_has_grown(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/test.db")
    await database.open()
    await database.write(tables)
    assert "by_shown" in await plan(database)
    await database.write(rows)
    await database.write(lambda: one_row(3001))
    assert "by_owner" in await plan(database)
    await database.close()


async def test_a_file_that_was_never_measured_is_measured_when_it_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "test.db"
    with sqlite3.connect(file) as connection:
        for text in TABLE:
            connection.execute(text)
        connection.executemany(
            "INSERT INTO thing VALUES (?, 1, ?, ?)", [(number, number % 100, number) for number in range(3000)]
        )
    connection.close()
    database = connect(f"sqlite:///{file}")
    await database.open()
    await database.write(lambda: one_row(3001))
    assert "by_owner" in await plan(database)
    await database.close()


def one_row(number: int) -> Script[None]:
    yield Command("INSERT INTO thing VALUES (?, 0, 0, 0)", (number,))
