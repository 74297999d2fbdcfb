"""SQLite, the database that needs no server."""

from __future__ import annotations

from typing import Any

from mainstay.backing.databases.sqlite.adapter import SQLite
from mainstay.backing.databases.sqlite.changes import SQLiteChanges as Changes
from mainstay.backing.databases.sqlite.sessions import SQLiteSessions as Sessions
from mainstay.backing.databases.sqlite.settings import Settings

__all__ = ["Changes", "SQLite", "Sessions", "Settings", "connect"]


def connect(url: str, **options: Any) -> SQLite:
    """The database in the file that `url` names, not yet opened; `options` are the fields of `Settings`."""
    return SQLite(url, Settings(**options))
