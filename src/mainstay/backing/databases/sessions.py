"""SQLAlchemy sessions beside the compiled statements: for endpoints that are written by hand, and for actions."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, TimeoutError as PoolEmpty
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from mainstay.backing.databases.acting import AsyncActingSession
from mainstay.errors import Unavailable

READS = "mainstay_reads"
"""The option of a connection whose transaction only reads."""

T = TypeVar("T")


class Sessions(ABC):
    """Sessions on the database that the engine has opened.

    Those of `begin` have connections of their own; `patience` is how many seconds a transaction waits for
    SQLite's one writer, or for a connection.  Those of `act` and `act_async` stand on the connection that
    the engine writes with, in a transaction of its making.
    """

    def __init__(self, *, size: int = 5, patience: float = 5.0) -> None:
        self.size = size
        self.patience = patience
        self.engine: AsyncEngine | None = None
        self.reading: AsyncEngine | None = None
        """The same engine, for transactions that only read."""

    @abstractmethod
    async def connect(self) -> AsyncEngine:
        """The engine of SQLAlchemy's, made when the first session is asked for."""

    @abstractmethod
    def unavailable(self, error: DBAPIError) -> bool:
        """Whether the same call may succeed later."""

    @abstractmethod
    async def act(self, do: Callable[[Session], T], *, limit: float) -> T:
        """What `do` returns; see `Acting`."""

    @abstractmethod
    async def act_async(self, do: Callable[[AsyncSession], Awaitable[T]], *, limit: float) -> T:
        """What `do` returns; see `Acting`."""

    @abstractmethod
    def open(self, *, limit: float) -> AbstractAsyncContextManager[AsyncSession]:
        """A session in a transaction of the writer's; see `Acting`."""

    @asynccontextmanager
    async def begin(
        self, *, reads: bool = False, kind: type[AsyncSession] = AsyncSession
    ) -> AsyncIterator[AsyncSession]:
        """One session in one transaction: committed at the end, undone by an exception.

        One that `reads` cannot write; another one holds SQLite's writer from its first statement on.
        Raises `Unavailable` where there is no connection, or no turn to write, in time.
        """
        if self.engine is None or self.reading is None:
            self.engine = await self.connect()
            self.reading = self.engine.execution_options(**{READS: True, "postgresql_readonly": True})
        async with kind(self.reading if reads else self.engine, expire_on_commit=False) as session:
            try:
                yield session
                await self.commit(session)
            except PoolEmpty as error:
                raise Unavailable(retry_after=1) from error
            except DBAPIError as error:
                if self.unavailable(error):
                    raise Unavailable(retry_after=1) from error
                raise

    async def read(self, do: Callable[[AsyncSession], Awaitable[T]], *, limit: float) -> T:
        """What `do` returns, in one transaction of `limit` seconds that can only read."""
        try:
            async with asyncio.timeout(limit), self.begin(reads=True, kind=AsyncActingSession) as session:
                return await do(session)
        except TimeoutError as error:
            raise Unavailable(retry_after=1) from error

    async def commit(self, session: AsyncSession) -> None:
        """Commits; a connection whose COMMIT failed is not used again, as SQLite leaves the transaction open."""
        try:
            if isinstance(session, AsyncActingSession):
                await session.run_sync(lambda inner: inner.release())  # type: ignore[attr-defined]
            else:
                await session.commit()
        except BaseException:
            await session.invalidate()
            raise

    async def close(self) -> None:
        """Closes every connection, and waits no longer than `patience` for a server that has nothing to say to it."""
        engine, self.engine, self.reading = self.engine, None, None
        if engine is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.patience):
                    await engine.dispose()


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Raises `Unavailable` where what is inside takes longer."""
    time = asyncio.timeout(seconds)
    try:
        async with time:
            yield
    except TimeoutError as error:
        if time.expired():
            raise Unavailable(retry_after=1) from error
        raise
