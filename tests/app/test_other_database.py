"""An application once more, on another database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from mainstay import Mainstay, Settings
from mainstay.events import Event, Started
from tests.apps.desk import RESOURCES


class Teapot(Exception):
    """Something that the author answers in their own way."""


async def poured(request: Any, error: Any) -> Any:
    """The author's answer."""
    raise AssertionError("nothing raises it here")


def test_everything_but_the_database_is_the_same(tmp_path: Path) -> None:
    told: list[Event] = []
    settings = Settings(log="off", user_limit="7/minute", secret_key="k" * 32)
    app = Mainstay(name="Desk", resources=RESOURCES, managed=False, settings=settings, listeners=[told.append])
    app.add_exception_handler(Teapot, poured)
    app.dependency_overrides[len] = len
    other = app.on(f"sqlite:///{tmp_path}/other.db", settings={"body_limit": 5})
    assert other.settings.database_url.endswith("/other.db")
    assert app.settings.database_url == settings.database_url
    assert (other.settings.user_limit, other.settings.body_limit, app.settings.body_limit) == ("7/minute", 5, 1_048_576)
    assert other.application == app.application
    assert (other.title, other.managed, app.on("sqlite://", managed=True).managed) == ("Desk", False, True)
    assert other.exception_handlers[Teapot] is poured
    assert len in other.dependency_overrides


async def test_middleware_that_was_added_is_there_and_every_listener_is_told() -> None:
    told: list[Event] = []
    app = Mainstay(resources=RESOURCES, settings=Settings(log="off"), listeners=[told.append])

    @app.middleware("http")
    async def marked(request: Any, call_next: Any) -> Any:
        answer = await call_next(request)
        answer.headers["x-marked"] = "yes"
        return answer

    more: list[Event] = []
    other = app.on("sqlite://", listeners=[more.append])
    transport = httpx2.ASGITransport(app=other)
    async with (
        other.router.lifespan_context(other),
        httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        assert (await client.get("/health/live")).headers["x-marked"] == "yes"
    assert [event for event in told if isinstance(event, Started)] == [
        event for event in more if isinstance(event, Started)
    ]
    assert any(isinstance(event, Started) for event in more)
