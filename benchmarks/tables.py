"""The rows of `data.py`, written into the tables of a database."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from benchmarks import data


def fill_sqlite(file: Path, metadata: sa.MetaData) -> None:
    """Creates the tables of `metadata` where they are missing and fills them."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = -524288")  # the indexes of a million rows stay in memory
        metadata.create_all(connection)
        for name, rows in data.TABLES:
            for chunk in data.chunks(rows()):
                connection.execute(sa.insert(metadata.tables[name]), chunk)
    engine.dispose()
    plain = sqlite3.connect(file)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("ANALYZE")
    plain.close()


def fill_postgresql(url: str) -> None:
    """Fills the tables, which are there."""
    asyncio.run(copy(url))


async def copy(url: str) -> None:
    """Copies every row and has the planner look at them."""
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")  # references are right, each is not looked up
    for name, rows in data.TABLES:
        for chunk in data.chunks(rows()):
            records = [tuple(row.values()) for row in chunk]
            await connection.copy_records_to_table(name, records=records, columns=list(chunk[0]))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
