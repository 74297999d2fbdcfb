"""What can be set on a SQLite database."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `connect`; every time is in seconds."""

    loop_budget: float = 0.05
    """How long a read may run in the thread of the event loop before a reader thread repeats it."""

    read_timeout: float = 5.0
    """How long a read may take in a reader thread, its waiting included."""

    readers: int = 4
    """Threads for reads that are too slow for the event loop."""

    write_timeout: float = 5.0
    """How long one script may run, its transaction's waiting not included."""

    busy_timeout: float = 5.0
    """How long a write, or the opening of a connection, waits for another process that holds the database."""

    group: int = 128
    """Scripts that share one transaction at most."""

    queue: int = 10_000
    """Scripts that may wait for the writer; one more is refused at once."""

    statements: int = 512
    """Prepared statements that each connection keeps."""

    cache: int = 64
    """Megabytes of pages that each connection keeps."""
