"""Opens what a URL names: the one place that knows the adapters."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mainstay.backing.changes import SchemaChanges
from mainstay.backing.databases.database import Database, WrongURL
from mainstay.backing.databases.sessions import Sessions

DATABASES = {
    "sqlite": "mainstay.backing.databases.sqlite",
    "postgresql": "mainstay.backing.databases.postgresql",
}
"""URL scheme to the module whose `connect(url, **options)` makes the adapter, and whose `Sessions(database)` and
`Changes(database)` make the sessions and the changes of the schema beside it; imported when used."""

NEEDED = {"asyncpg": "pg"}
"""The package that an adapter may miss, and the extra of Mainstay that brings it."""


class NotInstalled(ModuleNotFoundError):
    """A database whose package is not installed."""


def scheme(url: str) -> str:
    """The kind of database that `url` names, without a driver's name; `WrongURL` where it is none that is known."""
    name = url.partition(":")[0].partition("+")[0]
    if name not in DATABASES:
        raise WrongURL(f"database URL begins with {name!r}; it begins with one of {', '.join(sorted(DATABASES))}")
    return name


def adapter(url: str) -> Any:
    """The module of the adapter for `url`; `NotInstalled` says what to install where its package is not there."""
    try:
        return import_module(DATABASES[scheme(url)])
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        what = (
            f"{scheme(url)}:// needs {error.name}, which is not installed: pip install 'mainstay[{NEEDED[error.name]}]'"
        )
        raise NotInstalled(what, name=error.name) from None


def database(url: str, **options: object) -> Database:
    """The database that `url` names (`sqlite:///shop.db`, `postgresql://user@host/shop`), not yet opened."""
    opened: Database = adapter(url).connect(url, **options)
    return opened


def sessions(url: str, database: Database) -> Sessions:
    """SQLAlchemy sessions on a database, timed as it is."""
    made: Sessions = adapter(url).Sessions(database)
    return made


def changes(url: str, database: Database) -> SchemaChanges:
    """Changes of the schema of a database that is open."""
    made: SchemaChanges = adapter(url).Changes(database)
    return made


def search_scripts(name: str) -> Any:
    """The module with the scripts `made` and `dropped` of an index of words (table, index, dialect) on one database."""
    return import_module(f"{DATABASES[name]}.search")
