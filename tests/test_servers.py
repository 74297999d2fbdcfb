"""The servers that tests start for themselves."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from tests.servers import PostgresServer, postgresql


async def test_a_fresh_database_is_empty_and_durable(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
        assert await connection.fetchval("SHOW server_version_num") >= "180000"
        await connection.execute("CREATE TABLE thing (id int)")
    finally:
        await connection.close()


@pytest.mark.parametrize("turn", [1, 2])
async def test_two_tests_do_not_share_a_database(database_url: str, turn: int) -> None:
    statement = "CREATE TABLE thing (id int)"
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"))
        connection.execute(statement)
        connection.close()
    else:
        postgres = await asyncpg.connect(database_url)
        await postgres.execute(statement)
        await postgres.close()


async def test_a_server_comes_back_on_its_port_with_its_data_after_kill_9() -> None:
    with postgresql() as server:
        url = server.create_database("kept")
        server.sql("CREATE TABLE thing AS SELECT 7 AS id", database="kept")
        server.restart("kill")
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT id FROM thing") == 7
        await connection.close()


def test_a_server_ends_with_the_process_that_started_it_even_by_kill_9() -> None:
    script = (
        "import time\nfrom tests.servers import postgresql\n"
        "with postgresql() as server:\n    print(server.pid, server.home, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid, home = starter.stdout.readline().split()
        starter.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while (_runs(int(pid)) or Path(home).exists()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(int(pid))
    assert not Path(home).exists()


def test_a_failing_statement_says_why(postgres: PostgresServer) -> None:
    with pytest.raises(RuntimeError, match="does not exist"):
        postgres.sql("SELECT * FROM nothing")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
