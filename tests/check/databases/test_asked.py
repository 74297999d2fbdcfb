"""`mainstay check` asks a database: what it tells, what it never does, and what it says where it cannot."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from mainstay.check.databases.open import read
from mainstay.check.facts import SlowStatement
from mainstay.cli import app
from tests.check.databases.live import lay_postgresql, lay_sqlite
from tests.servers import PostgresServer

NOTES = """
CREATE TABLE users (id BIGINT PRIMARY KEY);
CREATE TABLE notes (
    id BIGINT PRIMARY KEY,
    author_id BIGINT NOT NULL REFERENCES users(id)
);
"""


def check(*arguments: object) -> tuple[int, str]:
    """The command's code and everything that it says."""
    answer = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return answer.exit_code, answer.output


def test_a_file_of_sqlite_is_asked_by_its_url_or_its_name_and_is_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "notes.sqlite3"
    url = lay_sqlite(file, NOTES)
    before = file.read_bytes()
    for address in (url, file):
        status, text = check(address, "--fail-on", "medium")
        assert status == 1
        assert "notes:3  no index begins with notes.author_id, which refers to users" in text
        assert "author_id BIGINT NOT NULL REFERENCES users(id)" in text
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["notes.sqlite3"]


def test_columns_that_were_added_later_have_lines_of_their_own(tmp_path: Path) -> None:
    later = "ALTER TABLE notes ADD COLUMN seen DATETIME;\nALTER TABLE notes ADD COLUMN read_at DATETIME DEFAULT NULL;\n"
    url = lay_sqlite(tmp_path / "notes.db", NOTES + later)
    _, text = check(url, "--format", "github")
    assert "line=5,title=timestamp-without-zone::notes.seen" in text
    assert "line=6,title=timestamp-without-zone::notes.read_at" in text


def test_a_known_finding_of_a_database_is_set_aside(tmp_path: Path) -> None:
    url = lay_sqlite(tmp_path / "notes.db", NOTES)
    known = tmp_path / "known.json"
    assert check(url, "--baseline", known, "--write-baseline") == (0, "1 finding is known now\n")
    status, text = check(url, "--baseline", known, "--fail-on", "low", "--confidence", "review")
    assert (status, "1 known" in text) == (0, True)


def test_a_file_that_is_broken_or_not_there_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\0" + b"\xff" * 4_000)
    assert check(broken)[0] == 2
    status, text = check(f"sqlite:///{tmp_path}/nothing.db")
    assert status == 2
    assert "there is no such file" in text
    assert not (tmp_path / "nothing.db").exists()


def test_a_view_or_a_trigger_of_a_hostile_file_is_not_run(tmp_path: Path) -> None:
    url = lay_sqlite(
        tmp_path / "hostile.db",
        NOTES
        + "CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT * FROM n;\n"
        + "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM users; END;\n",
    )
    assert len(read(url).others) == 2


def test_sqlite_is_given_up_after_a_time(tmp_path: Path) -> None:
    file = tmp_path / "large.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(NOTES)
        connection.executemany("INSERT INTO notes VALUES (?, ?)", ((each, each) for each in range(60_000)))
    connection.close()
    project = read(f"sqlite:///{file}", seconds=0.0)
    assert [(each.path, each.why) for each in project.skipped] == [("foreign_key_check", "interrupted")]
    assert all(each.count < 60_000 for each in project.told)


def test_nothing_can_be_written_to_postgresql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is asked in one transaction that is read-only, of a connection that is read-only too."""
    seen: list[tuple[str, ...]] = []
    connect = asyncpg.connect

    async def watched(*arguments: object, **options: object) -> asyncpg.Connection:
        connection = await connect(*arguments, **options)
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("CREATE TABLE x (y int)")
        seen.append(
            (await connection.fetchval("SHOW statement_timeout"), await connection.fetchval("SHOW lock_timeout"))
        )
        return connection

    lay_postgresql(postgres_url, NOTES)
    monkeypatch.setattr(asyncpg, "connect", watched)
    assert len(read(postgres_url).others) == 2
    assert seen == [("30s", "2s")]


def test_a_slow_statement_has_its_plan_as_proof_and_is_not_run(postgres_url: str) -> None:
    text = """
    CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL);
    INSERT INTO orders SELECT n, n % 100 FROM generate_series(1, 20000) AS n;
    ANALYZE orders;
    DELETE FROM orders WHERE customer_id = $1; -- 40 calls, 900 ms each
    SELECT id FROM orders WHERE now() - interval $1 < now(); -- 20 calls, 300 ms each
    SELECT 1; -- 4 calls, 9000 ms each
    SELECT pg_sleep($1); -- 10 calls, 5000 ms each
    VACUUM; -- 10 calls, 5000 ms each
    SELECT broken FROM nowhere WHERE; -- 10 calls, 200 ms each
    """
    lay_postgresql(postgres_url, text)
    project = read(postgres_url)
    slow = [each for each in project.told if isinstance(each, SlowStatement)]
    assert [each.statement.split()[0:2] for each in slow] == [
        ["SELECT", "pg_sleep($1)"], ["DELETE", "FROM"], ["SELECT", "id"], ["SELECT", "broken"]
    ]  # fmt: skip
    assert slow[1].scans == (("orders", "(customer_id = $1)", 20_000),)
    assert [bool(each.plan) for each in slow] == [True, True, True, False]
    assert count(postgres_url, "SELECT count(*) FROM orders") == 20_000
    _, told = check(postgres_url)
    assert "fix: Make an index on orders(customer_id): 20,000 rows are read" in told
    assert "Seq Scan on orders" in told


def test_a_recorded_statement_cannot_smuggle_another_in(postgres_url: str) -> None:
    text = "CREATE TABLE notes (id BIGINT PRIMARY KEY);\n SELECT 1; -- 100 calls, 900 ms each\n"
    lay_postgresql(postgres_url, text)
    run(postgres_url, "UPDATE pg_stat_statements SET query = 'SELECT 1; COMMIT; DROP TABLE notes'")
    slow = [each for each in read(postgres_url).told if isinstance(each, SlowStatement)]
    assert [each.plan for each in slow] == [()]
    assert count(postgres_url, "SELECT count(*) FROM notes") == 0


def test_a_table_of_an_extension_or_of_the_system_is_not_reviewed(postgres_url: str) -> None:
    lay_postgresql(
        postgres_url, NOTES + "CREATE TEMPORARY TABLE gone (x int);\nCREATE SCHEMA app;\nCREATE TABLE app.tags (x int);"
    )
    assert [each.path for each in read(postgres_url).others] == ["app.tags", "public.notes", "public.users"]


def test_a_password_is_never_told(postgres: PostgresServer) -> None:
    url = f"postgresql://ann:hush@127.0.0.1:{postgres.port}/nowhere?sslmode=disable"
    status, text = check(url)
    assert status == 2
    assert f"postgresql://127.0.0.1:{postgres.port}/nowhere" in text
    assert "hush" not in text
    assert "ann:" not in text
    assert check("postgresql://ann:hush@127.0.0.1:1/x")[0] == 2


def test_a_database_that_is_not_asked_says_what_to_give_instead() -> None:
    status, text = check("mysql://root:hush@127.0.0.1/shop")
    assert status == 2
    assert "mysqldump --no-data" in text
    assert "hush" not in text


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    for name in [each for each in sys.modules if each.startswith("mainstay.check.databases.postgresql")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "mainstay.check.databases.statements", raising=False)
    status, text = check("postgresql://127.0.0.1/x")
    assert status == 2
    assert 'asyncpg is not installed: pip install "mainstay[check,pg]"' in text


def run(url: str, statement: str) -> None:
    """Runs a statement."""

    async def done() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(done())


def count(url: str, statement: str) -> int:
    """The number that a statement answers."""

    async def asked() -> int:
        connection = await asyncpg.connect(url)
        answer: int = await connection.fetchval(statement)
        await connection.close()
        return answer

    return asyncio.run(asked())
