"""An application, open on a database that is thrown away; before each test its rows are put back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from mainstay.app import Mainstay
from mainstay.events import Broke, Event
from mainstay.testing.changes import Changes
from mainstay.testing.portal import Portal
from mainstay.testing.rows import Rows
from mainstay.testing.signing import TestIdentity
from mainstay.testing.statements import Statements, Watched

Fill = Callable[[Mainstay], Awaitable[Any]]
"""What puts in the rows that every test begins with."""


class Backend:
    """The application as tests see it: in a loop of its own, on its own database, knowing whom tests say they are."""

    def __init__(self, app: Mainstay, url: str, portal: Portal) -> None:
        settings = {"log": "off", "create_tables": True}
        self.app = app.on(url, settings=settings, listeners=[self.listen], managed=True)
        self.portal = portal
        self.identity = TestIdentity(self.app.engine.identity)
        self.watched = Watched(self.app.database)
        self.rows = Rows(self.app.database, self.app.compiled.storage.metadata)
        self.broken: dict[str, BaseException] = {}
        """What broke, by the request in which it did."""
        self.made: dict[str, int] = {}
        """By table, how many rows factories have made in this test."""
        self.ended = asyncio.Event()
        self.living: asyncio.Task[None] | None = None

    @property
    def base_url(self) -> str:
        """Where clients call: the first host that is answered, over TLS, as cookies of browsers want it."""
        host = next(iter(self.app.settings.allowed_hosts), "*")
        return f"https://{host.replace('*', 'testserver')}"

    def open(self, fill: Fill | None = None) -> None:
        """Brings the schema up, as a start does, and puts in the rows that every test begins with."""
        self.portal.run(self.begin(fill))

    async def begin(self, fill: Fill | None) -> None:
        """The same, in the application's loop."""
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.living = asyncio.create_task(self.live(opened))
        await asyncio.wait([opened, self.living], return_when=asyncio.FIRST_COMPLETED)
        if self.living.done():
            await self.living  # raises what kept it from starting
        self.app.engine.identity = self.identity
        self.app.engine.database = self.watched
        try:
            if fill is not None:
                await fill(self.app)
            await self.rows.begin()
        except BaseException:
            await self.end()
            raise

    async def live(self, opened: asyncio.Future[None]) -> None:
        """The life of the application, which one task begins and ends."""
        async with self.app.router.lifespan_context(self.app) as state:
            self.app.lifespan_state = dict(state or {})
            opened.set_result(None)
            await self.ended.wait()

    def close(self) -> None:
        """Ends the application."""
        self.portal.run(self.end())

    async def end(self) -> None:
        """The same, in the application's loop."""
        self.ended.set()
        if self.living is not None:
            await self.living

    def reset(self) -> None:
        """Makes it as it was before any test: rows, limits, and what is remembered of who called."""
        self.portal.run(self.rows.restore())
        self.app.engine.limiter.full_at.clear()
        if self.app.accounts is not None:
            self.app.accounts.identity.drop()
        self.identity.known.clear()
        self.broken.clear()
        self.made.clear()

    def listen(self, event: Event) -> None:
        """Remembers what broke."""
        if isinstance(event, Broke):
            self.broken[event.request_id] = event.error

    def headers(
        self, who: Any, *, roles: Iterable[str] = (), scopes: Iterable[str] = (), claims: dict[str, Any] | None = None
    ) -> dict[str, str]:
        """The headers with which whoever calls is that account, row, `Actor` or name, without a password."""
        account = None if self.app.accounts is None else self.app.accounts.tables.account
        find = self.identity.finder(who, account, roles, scopes, claims or {})
        scheme = self.app.application.letter.scheme or self.identity.scheme
        return {"Authorization": f"{scheme} {self.identity.credentials(find)}"}

    def statements(self) -> AbstractContextManager[Statements]:
        """Counts the statements that run in the block."""
        return self.watched.counted()

    @contextmanager
    def changes(self) -> Iterator[Changes]:
        """Compares every row before the block with every row after it."""
        changes, before = Changes(), self.portal.run(self.rows.look())
        yield changes
        changes.compare(self.rows, before, self.portal.run(self.rows.look()))
