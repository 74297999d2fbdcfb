"""Databases that are thrown away: a file in a temporary directory, or one on a PostgreSQL of the tests' own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, Literal

from sqlalchemy.engine import make_url

from mainstay.app import Mainstay
from mainstay.proofs.own_postgresql import own_postgresql
from mainstay.testing.backend import Backend, Fill
from mainstay.testing.portal import Portal

Kind = Literal["sqlite", "postgresql"]
MISSING = (
    "tests on PostgreSQL need a server: pip install 'mainstay[testing]' brings one, "
    "or name yours by --mainstay-postgresql=postgresql://user:password@host/postgres"
)


class Databases:
    """Applications, each open on a database of its own, all of one kind; all of it ends together."""

    def __init__(self, kind: Kind, server: str | None = None) -> None:
        """`server` is the URL of a PostgreSQL in which databases may be made; else one is started."""
        self.kind = kind
        self.server = server
        self.portal = Portal()
        self.ending = ExitStack()
        self.backends: dict[tuple[Mainstay, Fill | None], Backend] = {}

    def backend(self, app: Mainstay, fill: Fill | None = None) -> Backend:
        """The application with the rows that `fill` puts in, as it was before any test."""
        if (app, fill) not in self.backends:
            backend = Backend(app, self.made(), self.portal)
            backend.open(fill)
            self.ending.callback(backend.close)
            self.backends[app, fill] = backend
        self.backends[app, fill].reset()
        return self.backends[app, fill]

    def made(self) -> str:
        """The URL of a new and empty database."""
        if self.kind == "sqlite":
            return "sqlite://"
        server = self.server = self.server or self.ending.enter_context(own())
        name = f"mainstay_test_{secrets.token_hex(6)}"
        self.portal.run(run_on(server, f"CREATE DATABASE {name}"))
        self.ending.callback(lambda: self.portal.run(run_on(server, f"DROP DATABASE {name} WITH (FORCE)")))
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        """Ends every application, drops what was made and stops what was started."""
        try:
            self.ending.close()
        finally:
            self.portal.close()


@contextmanager
def own() -> Iterator[str]:
    """A PostgreSQL that runs as long as the block lasts."""
    with own_postgresql() as urls:
        if not urls:
            raise RuntimeError(MISSING)
        yield urls[0]


async def run_on(url: str, statement: str) -> None:
    """Runs one statement outside of any transaction; RuntimeError where the server cannot be had."""
    asyncpg: Any = import_module("asyncpg")
    try:
        connection = await asyncpg.connect(url)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        server = make_url(url).render_as_string()
        raise RuntimeError(
            f"{server}, in which databases for tests would be made, cannot be reached: {error}"
        ) from error
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
