"""A connection to SQLite as Mainstay uses it: write-ahead log, full durability, foreign keys, no waiting."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import uniform
from time import monotonic, sleep

from mainstay.backing.databases.sqlite.search import know_words
from mainstay.backing.databases.sqlite.settings import Settings

LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""Primary codes of a database that somebody else holds for now."""


def writing(file: Path, settings: Settings, *, until: float, durable: bool = True) -> sqlite3.Connection:
    """The connection that writes; it makes the file."""
    connection = connected(
        file,
        settings,
        "PRAGMA journal_mode = WAL",
        f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}",
        "PRAGMA foreign_keys = ON",
        "PRAGMA journal_size_limit = 67108864",
        "BEGIN IMMEDIATE",
        until=until,
    )
    mode = connection.execute("PRAGMA journal_mode").fetchall()
    connection.execute("ROLLBACK")
    if mode != [("wal",)]:
        connection.close()
        raise sqlite3.OperationalError("its file system has no shared memory, which a write-ahead log needs")
    return connection


def reading(file: Path, settings: Settings, *, until: float) -> sqlite3.Connection:
    """A connection that only reads."""
    return connected(file, settings, "PRAGMA query_only = ON", until=until)


def connected(file: Path, settings: Settings, *texts: str, until: float) -> sqlite3.Connection:
    """A connection in autocommit, on which the texts were run, for any one thread at a time.

    It waits in opening, though it does not later: nearly every text reads the file, which another process locks
    against readers too while it makes the file, recovers what a killed one left, or is the last one to close it.
    """
    connection = sqlite3.connect(
        file, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=settings.statements
    )
    try:
        know_words(connection)
        for text in ("PRAGMA temp_store = MEMORY", f"PRAGMA cache_size = {-1024 * settings.cache}", *texts):
            patiently(partial(connection.execute, text), until=until)
    except BaseException:
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
