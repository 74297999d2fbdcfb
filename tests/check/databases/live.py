"""Databases for tests of the reviewer, made of the SQL of an example and then asked."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg

from mainstay.check.reading.schemas.tokens import statements

TIMED = re.compile(r"--\s*(\d+) calls, (\d+) ms each")
RECORDED = """
    CREATE TABLE IF NOT EXISTS pg_stat_statements (
        dbid oid, query text, calls bigint, mean_exec_time float8, total_exec_time float8
    )
"""
"""Of the shape of the extension's view, which the PostgreSQL of the tests is built without."""
RECORD = """
    INSERT INTO pg_stat_statements
    SELECT oid, $1, $2::bigint, $3::float8, $2::bigint * $3::float8 FROM pg_database WHERE datname = current_database()
"""


def lay_sqlite(file: Path, text: str) -> str:
    """A file of SQLite after these statements, and its URL."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(text)
        connection.commit()
    return f"sqlite:///{file}"


def lay_postgresql(url: str, text: str) -> str:
    """A database of PostgreSQL after these statements; one with a time beside it is recorded, and not run."""
    asyncio.run(_lay(url, text))
    return url


async def _lay(url: str, text: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements(text, "postgresql"):
            line = text.splitlines()[statement.line - 1]
            timed = TIMED.search(line)
            if timed is not None:
                await connection.execute(RECORDED)
                await connection.execute(RECORD, statement.text, int(timed.group(1)), float(timed.group(2)))
                continue
            try:
                await connection.execute(statement.text)
            except asyncpg.UniqueViolationError:
                assert "-- fails" in line
    finally:
        await connection.close()
