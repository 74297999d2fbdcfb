"""PostgreSQL, the database for more than one process."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from mainstay.backing.databases.database import WrongURL
from mainstay.backing.databases.postgresql.adapter import PostgreSQL
from mainstay.backing.databases.postgresql.changes import PostgreSQLChanges as Changes
from mainstay.backing.databases.postgresql.sessions import PostgreSQLSessions as Sessions
from mainstay.backing.databases.postgresql.settings import Settings

__all__ = ["Changes", "PostgreSQL", "Sessions", "Settings", "connect"]


def connect(url: str, **options: Any) -> PostgreSQL:
    """The database that `url` names, not yet opened; `options` are the fields of `Settings`."""
    scheme, separator, rest = url.partition("://")
    try:
        _ = urlsplit(url).port
    except ValueError:
        message = "the database URL cannot be read: percent-encode what is special in its password (@ is %40, / is %2F)"
        raise WrongURL(message) from None  # the cause would show the password
    return PostgreSQL(scheme.partition("+")[0] + separator + rest, Settings(**options))
