"""The engine's own connection as SQLAlchemy knows it while an action has it."""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

DIALECT = "postgresql+mainstay_lent"


class Lent(PGDialect_asyncpg):
    """Speaks to a connection that is set up already: JSON comes as text, which SQLAlchemy decodes."""

    supports_statement_cache = True
    supports_native_json_deserialization = False

    async def setup_asyncpg_json_codec(self, conn: Any) -> None:
        """Nothing: the connection's own statements expect text."""

    async def setup_asyncpg_jsonb_codec(self, conn: Any) -> None:
        """Nothing: the connection's own statements expect text."""


class Unended:
    """A connection that its borrower cannot close; what SQLAlchemy begins on it is a savepoint."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def close(self, *, timeout: float | None = None) -> None:
        """Nothing: the connection is the engine's."""

    def terminate(self) -> None:
        """Nothing: the connection is the engine's."""


registry.register(DIALECT.replace("+", "."), __name__, Lent.__name__)
