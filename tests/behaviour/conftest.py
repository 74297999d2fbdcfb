"""The help desk, served: a client who says who it is, on an empty database of both kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete

from mainstay import Actions, Actor, Mainstay, Settings
from mainstay.events import Event
from tests.apps import desk
from tests.apps.identity import TokenIdentity


class Caller:
    """Calls an application over HTTP as one person or another."""

    def __init__(self, app: Mainstay, client: httpx2.AsyncClient, events: list[Event]) -> None:
        self.app = app
        self.client = client
        self.events = events

    async def __call__(self, method: str, path: str, by: str = "", body: Any = None, **options: Any) -> tuple[int, Any]:
        """Status and data, or status and error, of a request."""
        answer = await self.send(method, path, by, body, **options)
        document = answer.json() if answer.content else {}
        return answer.status_code, document.get("error") or document.get("data")

    async def send(self, method: str, path: str, by: str = "", body: Any = None, **options: Any) -> httpx2.Response:
        """The whole answer."""
        headers = {**({"Authorization": f"Bearer {by}"} if by else {}), **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def ticket(self, slug: str, by: str = "anna", **more: Any) -> None:
        """A ticket, made by a call of create."""
        status, told = await self("POST", "/tickets", by, {"slug": slug, "title": slug.title(), **more})
        assert status in (201, 204), told


def application(
    url: str,
    resources: Sequence[type[Actions]],
    people: Mapping[str, Actor],
    events: list[Event] | None = None,
    **more: Any,
) -> Mainstay:
    """An application without limits and logs."""
    settings = Settings(log="off", address_limit=None, user_limit=None, secret_key="k" * 32)  # type: ignore[arg-type]
    return Mainstay(
        resources=resources,
        identity=TokenIdentity(people),
        database=url,
        settings=settings,
        listeners=[events.append] if events is not None else (),
        **more,
    )


@asynccontextmanager
async def serving(
    url: str, resources: Sequence[type[Actions]], people: Mapping[str, Actor], **more: Any
) -> AsyncIterator[Caller]:
    """A caller of an application on a database without rows."""
    events: list[Event] = []
    app = application(url, resources, people, events, **more)
    async with app.router.lifespan_context(app):
        async with app.sessions.begin() as session:
            for table in reversed(app.compiled.storage.metadata.sorted_tables):
                await session.execute(delete(table))
        transport = httpx2.ASGITransport(app=app, client=("192.0.2.1", 40_000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://desk.test") as client:
            yield Caller(app, client, events)


@pytest.fixture
async def calling(module_database_url: str) -> AsyncIterator[Caller]:
    """A caller of the help desk."""
    async with serving(module_database_url, desk.RESOURCES, desk.PEOPLE) as caller:
        async with caller.app.sessions.begin() as session:
            session.add_all([desk.Colleague(id=actor.id, name=name) for name, actor in desk.PEOPLE.items()])
        yield caller
