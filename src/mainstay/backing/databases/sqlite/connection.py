"""A connection to SQLite as Mainstay uses it: write-ahead log, full durability, foreign keys, no waiting."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import uniform
from time import monotonic, sleep

from mainstay.backing.databases.sqlite.search import know_words
from mainstay.backing.databases.sqlite.settings import Settings

LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""Primary codes of a database that somebody else holds for now."""


def writing(file: Path, settings: Settings, *, durable: bool = True) -> sqlite3.Connection:
    """The connection that writes; it makes the file, and waits for a process that makes it too."""
    until = monotonic() + settings.busy_timeout
    connection = connected(file, settings)
    patiently(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchall(), until=until)
    if connection.execute("PRAGMA journal_mode").fetchall() != [("wal",)]:
        raise sqlite3.OperationalError("its file system has no shared memory, which a write-ahead log needs")
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    patiently(lambda: connection.execute("BEGIN IMMEDIATE"), until=until)
    connection.execute("ROLLBACK")
    return connection


def reading(file: Path, settings: Settings) -> sqlite3.Connection:
    """A connection that only reads."""
    connection = connected(file, settings)
    connection.execute("PRAGMA query_only = ON")
    return connection


def connected(file: Path, settings: Settings) -> sqlite3.Connection:
    """A connection in autocommit that may be used by another thread than the one that opens it."""
    connection = sqlite3.connect(
        file, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=settings.statements
    )
    try:
        know_words(connection)
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = {-1024 * settings.cache}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def patiently(attempt: Callable[[], object], *, until: float) -> None:
    """Repeats what finds the database locked, with jitter: SQLite's own waiting starves one of two processes."""
    while True:
        try:
            attempt()
        except sqlite3.OperationalError as error:
            if primary(error) not in LOCKED or monotonic() >= until:
                raise
            sleep(uniform(0.0005, 0.01))
        else:
            return


def primary(error: sqlite3.Error) -> int:
    """The primary result code (the low byte of the extended one); 0 where the module itself complains."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
