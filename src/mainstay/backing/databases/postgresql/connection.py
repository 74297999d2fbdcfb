"""A connection to PostgreSQL with the statements that it has prepared."""

from __future__ import annotations

from math import inf
from random import uniform
from time import monotonic
from typing import Any

import asyncpg

from mainstay.backing.databases.postgresql.settings import Settings


class Connection:
    """asyncpg's connection, its statements by text (the last used last), and when it is too old to keep."""

    __slots__ = ("cut", "deadline", "expires", "limit", "patience", "prepared", "raw", "since", "statements")

    def __init__(self, raw: asyncpg.Connection, settings: Settings) -> None:
        self.raw = raw
        self.statements: dict[str, Any] = {}
        self.limit = settings.statements
        self.prepared = settings.prepared
        self.patience = settings.patience()
        self.deadline = inf
        """When the server's answer is overdue and the pool cuts the connection; `inf` while nothing is asked."""
        self.cut = False
        self.since = 0.0
        """When it was last given back."""
        self.expires = monotonic() + settings.recycle * uniform(0.9, 1.0)

    async def statement(self, text: str) -> Any:
        """The prepared statement of a text, which is now the last used."""
        statement = self.statements.pop(text, None)
        if statement is None:
            statement = await self.raw.prepare(text)
            if len(self.statements) >= self.limit:
                del self.statements[next(iter(self.statements))]
        self.statements[text] = statement
        return statement

    async def fetch(self, text: str, values: tuple[Any, ...]) -> list[Any]:
        """The rows of one statement."""
        self.deadline = monotonic() + self.patience
        rows: list[Any]
        if self.prepared:
            statement = await self.statement(text)
            rows = await statement.fetch(*values)
        else:
            rows = await self.raw.fetch(text, *values)
        return rows


async def connected(url: str, settings: Settings) -> Connection:
    """A new connection.

    asyncpg's own cache of statements is on, though not used, for without one it gives no statement a
    name and has it parsed again each time.  Its `command_timeout` is off, for it costs 6 microseconds
    a statement; `deadline` costs a tenth of one.
    """
    raw = await asyncpg.connect(
        url,
        timeout=settings.connect_timeout,
        statement_cache_size=settings.statements if settings.prepared else 0,
        server_settings=settings.session(),
    )
    return Connection(raw, settings)
