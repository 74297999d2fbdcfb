"""Where a SQLite database is: the file that a URL names, or a temporary one that goes when it is closed."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

import msgspec

from mainstay.backing.databases.database import WrongURL
from mainstay.errors import Unavailable


class Location(msgspec.Struct, frozen=True):
    """A file, and the directory to remove with it where it is temporary.

    `sqlite://` and `sqlite:///:memory:` are a file in a temporary directory too: a database in
    memory belongs to one connection, and this one has several that must not wait for one another.
    """

    file: Path
    temporary: TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Removes what is temporary."""
        if self.temporary is not None:
            self.temporary.cleanup()


def locate(url: str) -> Location:
    """The location that `sqlite:///relative.db`, `sqlite:////absolute.db` or `sqlite://` names."""
    _, separator, rest = url.partition("://")
    authority, _, path = rest.partition("?")[0].partition("/")
    if not separator or authority:
        raise WrongURL(f"{url!r} is not a SQLite URL; write sqlite:///relative.db, sqlite:////absolute.db or sqlite://")
    if path in {"", ":memory:"}:
        temporary = TemporaryDirectory(prefix="mainstay-")
        return Location(Path(temporary.name) / "memory.db", temporary)
    return Location(Path(unquote(path)).expanduser().absolute())


def check(file: Path) -> None:
    """Raises `Unavailable` with the reason where no database can be opened or made at `file`."""
    if not file.parent.is_dir():
        raise Unavailable(f"the database cannot be opened: there is no directory {file.parent}; create it")
    if file.is_dir():
        raise Unavailable(f"the database cannot be opened: {file} is a directory; name a file in it")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise Unavailable(f"the database cannot be opened: the directory {file.parent} is not writable by this process")
    if file.exists() and not os.access(file, os.R_OK | os.W_OK):
        raise Unavailable(f"the database cannot be opened: {file} is not readable and writable by this process")
