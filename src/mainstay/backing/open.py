"""Opens what a URL names: the one place that knows the adapters."""

from __future__ import annotations

from importlib import import_module

from mainstay.backing.databases.database import Database
from mainstay.backing.databases.sessions import Sessions

DATABASES = {
    "sqlite": "mainstay.backing.databases.sqlite",
    "postgresql": "mainstay.backing.databases.postgresql",
}
"""URL scheme to the module whose `connect(url, **options)` makes the adapter; imported when used."""


def scheme(url: str) -> str:
    """The kind of database that `url` names, without a driver's name; ValueError where it is none that is known."""
    name = url.partition(":")[0].partition("+")[0]
    if name not in DATABASES:
        raise ValueError(f"database URL begins with {name!r}; it begins with one of {', '.join(sorted(DATABASES))}")
    return name


def database(url: str, **options: object) -> Database:
    """The database that `url` names (`sqlite:///shop.db`, `postgresql://user@host/shop`), not yet opened."""
    adapter: Database = import_module(DATABASES[scheme(url)]).connect(url, **options)
    return adapter


def sessions(url: str, database: Database, *, statement_timeout: float) -> Sessions:
    """SQLAlchemy sessions on a database that is opened; a statement on a server may run `statement_timeout` seconds."""
    return Sessions(url, database, statement_timeout=statement_timeout)
