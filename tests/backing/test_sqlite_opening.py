"""Opening SQLite: where it is, how it is set, and what is said when it cannot be."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, select

from mainstay.backing.databases.sqlite import connect
from mainstay.backing.open import database as open_url
from mainstay.errors import Unavailable
from tests.backing.scripts import HOLDER, other_process, script


@pytest.mark.parametrize("url", ["sqlite:///shop.db", "sqlite:////{folder}/shop.db"])
async def test_a_url_names_a_relative_or_an_absolute_file(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = open_url(url.format(folder=str(tmp_path).lstrip("/")))
    await database.open()
    await database.write(script("CREATE TABLE t (a)"))
    await database.close()
    assert (tmp_path / "shop.db").stat().st_size > 0
    assert not (tmp_path / "shop.db-wal").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_database_without_a_file_is_its_own_and_goes_when_it_is_closed(url: str) -> None:
    one, other = connect(url), connect(url)
    await one.open()
    await other.open()
    await one.write(script("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"))
    assert await one.read("SELECT a FROM t", ()) == [(1,)]
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await other.read("SELECT a FROM t", ())
    ((_, _, file),) = await one.read("PRAGMA database_list", ())
    assert Path(file).exists()
    await one.close()
    await other.close()
    assert not Path(file).parent.exists()


@pytest.mark.parametrize("url", ["sqlite:shop.db", "sqlite://shop.db"])
async def test_a_url_that_names_no_file_is_refused_with_the_right_form(url: str) -> None:
    with pytest.raises(ValueError, match=r"write sqlite:///relative\.db"):
        await connect(url).open()


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="one of postgresql, sqlite"):
        open_url("mysql://host/shop")


@pytest.mark.parametrize(
    "path, reason",
    [
        ("missing/shop.db", "there is no directory"),
        ("", "is a directory"),
        ("text.db", "file is not a database"),
    ],
)
async def test_a_file_that_cannot_be_a_database_is_told_with_the_reason(path: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is a letter and no database, whatever its name may say " * 10)
    with pytest.raises(Unavailable, match=reason):
        await connect(f"sqlite:///{tmp_path / path}").open()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a directory in which not even root makes a file")
async def test_a_directory_that_is_not_writable_is_told() -> None:
    with pytest.raises(Unavailable, match=r"not writable|unable to open"):
        await connect("sqlite:////proc/shop.db").open()


async def test_a_database_that_another_process_holds_is_waited_for_and_then_told(tmp_path: Path) -> None:
    file = tmp_path / "test.db"
    sqlite3.connect(file).close()
    with other_process(HOLDER, file), pytest.raises(Unavailable, match="locked"):
        await connect(f"sqlite:///{file}", busy_timeout=0.2).open()


async def test_commits_are_durable_and_foreign_keys_hold(sqlite_url: str) -> None:
    database = connect(sqlite_url)
    await database.open()
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 0}
    for pragma, value in pragmas.items():
        assert await database.write(script(f"PRAGMA {pragma}")) == [(value,)]
    await database.close()


async def test_compiled_text_runs_as_it_is(sqlite_url: str) -> None:
    database = connect(sqlite_url)
    await database.open()
    metadata = MetaData()
    table = Table("t", metadata, Column("id", Integer, primary_key=True), Column("a", Text), sqlite_strict=True)
    await database.create_missing(metadata)
    insert = table.insert().values(id=1, a="x").compile(dialect=database.dialect)
    values = [insert.params[name] for name in insert.positiontup or []]
    await database.write(script(f"INSERT INTO t (id, a) VALUES ({values[0]!r}, {values[1]!r})"))
    text = str(select(table.c.a).where(table.c.id == 1).compile(dialect=database.dialect))
    assert "?" in text
    assert await database.read(text, (1,)) == [("x",)]
    await database.close()


async def test_missing_tables_and_indexes_are_created_and_what_is_there_is_left(sqlite_url: str) -> None:
    database = connect(sqlite_url)
    await database.open()
    before, after = MetaData(), MetaData()
    Table("t", before, Column("id", Integer, primary_key=True), Column("a", Text), sqlite_strict=True)
    await database.create_missing(before)
    await database.write(script("INSERT INTO t VALUES (1, 'x')"))
    table = Table("t", after, Column("id", Integer, primary_key=True), Column("a", Text))
    Index("ix_t_a", table.c.a)
    Table("u", after, Column("id", Integer, primary_key=True), Column("b", Text, index=True))
    await asyncio.gather(*(database.create_missing(after) for _ in range(3)))
    rows = await database.read("SELECT name, sql LIKE '%STRICT' FROM sqlite_schema ORDER BY name", ())
    assert rows == [("ix_t_a", 0), ("ix_u_b", 0), ("t", 1), ("u", 0)]
    assert await database.read("SELECT * FROM t", ()) == [(1, "x")]
    await database.close()


@pytest.mark.requirement("A8.13")
async def test_health_tells_a_file_that_was_removed(sqlite_url: str) -> None:
    database = connect(sqlite_url)
    assert not (await database.health()).ok
    await database.open()
    health = await database.health()
    assert health.ok
    assert 0 < health.latency_ms < 1000
    Path(sqlite_url.removeprefix("sqlite:///")).unlink()
    health = await database.health()
    assert not health.ok
    assert "removed" in health.detail
    await database.close()
