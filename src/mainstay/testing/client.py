"""HTTP clients of an application in this process, without a network; one blocks and one is awaited."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Self

import httpx2

from mainstay.testing.backend import Backend
from mainstay.testing.changes import Changes
from mainstay.testing.statements import Statements


class Inside(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Hands requests to the application in its own loop, for a test that blocks or one that has another loop."""

    def __init__(self, backend: Backend, *, raises: bool) -> None:
        self.backend = backend
        self.raises = raises
        self.behind = httpx2.ASGITransport(app=backend.app, raise_app_exceptions=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, waited for in this thread."""
        request.read()
        return self.looked_at(self.backend.portal.run(self.answer(request)))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, waited for in the caller's loop."""
        await request.aread()
        return self.looked_at(await self.backend.portal.wait(self.answer(request)))

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer, made in the application's loop."""
        sent = httpx2.Request(request.method, request.url, headers=request.headers.raw, content=request.content)
        answer = await self.behind.handle_async_request(sent)
        return httpx2.Response(answer.status_code, headers=answer.headers.raw, content=await answer.aread())

    def looked_at(self, answer: httpx2.Response) -> httpx2.Response:
        """The answer; raises what broke while it was made, where that is wanted."""
        broke = self.backend.broken.pop(answer.headers.get("x-request-id", ""), None)
        if broke is not None and self.raises:
            raise broke
        return answer


class Calling:
    """What a client of a test does besides calling."""

    def __init__(self, backend: Backend, *, raises: bool = True, **options: Any) -> None:
        """With `raises`, what breaks in the application is raised in the test, and not only answered with 500."""
        self.backend = backend
        self.raises = raises
        self.made_with = {"base_url": backend.base_url, **options}
        super().__init__(transport=Inside(backend, raises=raises), **self.made_with)  # type: ignore[call-arg]

    def as_(
        self, who: Any, *, roles: Iterable[str] = (), scopes: Iterable[str] = (), claims: dict[str, Any] | None = None
    ) -> Self:
        """A client that is somebody: an account or another row, an `Actor`, a name that the identity knows, or None.

        Nobody needs a password.  An account, and who is named, is looked up at each call, so that roles which
        change, or an account that is disabled, count at once; `roles`, `scopes` and `claims` come on top.
        """
        headers = httpx2.Headers(self.made_with.get("headers"))
        headers.pop("authorization", None)
        if who is not None:
            headers.update(self.backend.headers(who, roles=roles, scopes=scopes, claims=claims))
        return type(self)(self.backend, raises=self.raises, **{**self.made_with, "headers": headers})

    def statements(self) -> AbstractContextManager[Statements]:
        """Counts the statements that run in the block, whoever calls; those that find out who calls are not counted."""
        return self.backend.statements()

    def changes(self) -> AbstractContextManager[Changes]:
        """Compares every row before the block with every row after it."""
        return self.backend.changes()


class Client(Calling, httpx2.Client):
    """A client that blocks: `client.as_(ada).post("/api/v1/recipes", json={"title": "Soup"})`."""


class AsyncClient(Calling, httpx2.AsyncClient):
    """A client that is awaited, in whatever loop the test runs."""
