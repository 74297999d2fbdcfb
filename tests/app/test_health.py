"""Health, and the life of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.requests import Request

from mainstay import Mainstay, Settings, anyone, mount
from mainstay.backing.databases.database import Health
from mainstay.events import Started, Stopped
from tests.app.kitchen import client, kitchen, open_kitchen


@pytest.mark.requirement("A8.13", "A13.15")
async def test_health_tells_status_version_and_each_check(database_url: str) -> None:
    async with open_kitchen(kitchen(database_url)) as calling:
        answer = await calling.get("/health")
        body = answer.json()
        assert (answer.status_code, body["status"], body["version"]) == (200, "healthy", "1.2.3")
        assert set(body["checks"]) == {"database"}
        assert body["checks"]["database"]["status"] == "healthy"
        assert body["checks"]["database"]["latency_ms"] > 0
        assert answer.headers["cache-control"] == "no-store"
        for path in ("/health/live", "/health/ready"):
            assert (await calling.get(path)).json() == {"status": "healthy"}


@pytest.mark.requirement("A8.13")
async def test_an_ill_database_is_503_without_its_host_while_the_process_lives(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = kitchen(sqlite_url)

    async def ill() -> Health:
        return Health(False, 12.0, "no route to db.internal:5432")

    async with open_kitchen(app) as calling:
        monkeypatch.setattr(app.database, "health", ill)  # SQLite does not fall ill on request
        answer = await calling.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
        assert answer.json()["checks"]["database"]["status"] == "unhealthy"
        assert "internal" not in answer.text
        assert answer.headers["retry-after"] == "1"
        assert (await calling.get("/health/ready")).status_code == 503
        assert (await calling.get("/health/live")).status_code == 200


async def test_an_application_that_is_not_open_lives_and_is_not_ready(sqlite_url: str) -> None:
    app = kitchen(sqlite_url)
    async with client(app) as calling:
        assert (await calling.get("/health/live")).status_code == 200
        assert (await calling.get("/health/ready")).status_code == 503
        async with app.router.lifespan_context(app):
            assert (await calling.get("/health/ready")).status_code == 200
        assert (await calling.get("/health/ready")).status_code == 503


async def test_the_life_of_an_application_is_told_and_its_authors_lifespan_runs_inside(sqlite_url: str) -> None:
    events: list[Any] = []
    order: list[str] = []

    @asynccontextmanager
    async def mine(app: Mainstay) -> AsyncIterator[dict[str, int]]:
        async with app.sessions.begin(reads=True) as session:
            await session.connection()
        order.append("opened")
        yield {"answer": 42}
        order.append("closed")

    app = kitchen(sqlite_url, events=events, lifespan=mine)
    async with app.router.lifespan_context(app) as state:
        assert state == {"answer": 42}
        assert events == [Started("Kitchen", "sqlite", len(app.application.operations))]
        assert order == ["opened"]
    assert events[-1] == Stopped("Kitchen")
    assert order == ["opened", "closed"]


async def test_what_the_lifespan_yields_is_the_state_of_requests(sqlite_url: str) -> None:
    router = APIRouter()
    seen: list[Any] = []

    @router.get("/state")
    async def endpoint(request: Request) -> None:
        seen.append(request.state.answer)

    app = Mainstay(routers=[mount(router, allow=anyone)], database=sqlite_url, settings=Settings(log="off"))
    app.lifespan_state = {"answer": 42}
    async with client(app) as calling:
        await calling.get("/state")
    assert seen == [42]


async def test_tables_are_made_only_where_that_is_set(sqlite_url: str) -> None:
    async with open_kitchen(kitchen(sqlite_url, create_tables=False)) as calling:
        assert (await calling.get("/api/v1/dishes")).status_code == 500
    async with open_kitchen(kitchen(sqlite_url)) as calling:
        assert (await calling.get("/api/v1/dishes")).status_code == 200
