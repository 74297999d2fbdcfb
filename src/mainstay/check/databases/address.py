"""The address of a database, and how it is told without its password."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

DATABASE = re.compile(r"(sqlite|postgres(?:ql)?|mysql|mariadb|mssql|oracle)(?:\+\w+)?:", re.IGNORECASE)
MAGIC = b"SQLite format 3\0"


class NoDatabase(Exception):
    """The database cannot be read; says why, and what would help."""


def is_database(text: str) -> bool:
    """Whether a word of the command line is a database, by its scheme or by what the file begins with."""
    if DATABASE.match(text):
        return True
    try:
        if not Path(text).is_file():
            return False
        with Path(text).open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except (OSError, ValueError):
        return False


def scheme_of(text: str) -> str:
    """`postgresql` of `postgresql+asyncpg://..`; `sqlite` of a file."""
    found = DATABASE.match(text)
    name = found.group(1).lower() if found is not None else "sqlite"
    return {"postgres": "postgresql", "mariadb": "mysql"}.get(name, name)


def shown(text: str) -> str:
    """The address without user, password and options."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{text.partition(':')[0]}://.."
    return f"{parts.scheme}://{host}{port}{parts.path}" if parts.scheme else text
