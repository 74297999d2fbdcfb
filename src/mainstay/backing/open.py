"""Opens what a URL names: the one place that knows the adapters."""

from __future__ import annotations

from importlib import import_module

from mainstay.backing.databases.database import Database

DATABASES = {
    "sqlite": "mainstay.backing.databases.sqlite",
    "postgresql": "mainstay.backing.databases.postgresql",
}
"""URL scheme to the module whose `connect(url, **options)` makes the adapter; imported when used."""


def database(url: str, **options: object) -> Database:
    """The database that `url` names (`sqlite:///shop.db`, `postgresql://user@host/shop`), not yet opened."""
    scheme = url.partition(":")[0].partition("+")[0]
    module = DATABASES.get(scheme)
    if module is None:
        raise ValueError(f"database URL begins with {scheme!r}; it begins with one of {', '.join(sorted(DATABASES))}")
    adapter: Database = import_module(module).connect(url, **options)
    return adapter
