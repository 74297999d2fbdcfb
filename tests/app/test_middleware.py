"""The compiled routes in front of FastAPI and inside its stack: the same bytes; CORS; faults with CORS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from mainstay import Mainstay, Settings
from tests.app.kitchen import SIGNED_IN, cook, kitchen, open_kitchen

ORIGIN = {"Origin": "https://shop.example.com"}


class Nothing:
    """A middleware that does nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets everything through."""
        await self.app(scope, receive, send)


class Signs(Nothing):
    """A middleware that signs everybody in as Anna."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the credentials."""
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], (b"authorization", b"Bearer anna")]}
        await self.app(scope, receive, send)


class Breaks(Nothing):
    """A middleware that breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises."""
        if scope["type"] == "http":
            raise RuntimeError("of the middleware")
        await self.app(scope, receive, send)


REQUESTS: list[tuple[str, str, dict[str, str], Any]] = [
    ("GET", "/api/v1/dishes", {}, None),
    ("GET", "/api/v1/dishes?served=true&limit=1", SIGNED_IN, None),
    ("HEAD", "/api/v1/dishes/soup", {}, None),
    ("GET", "/api/v1/dishes/soup", {}, None),
    ("GET", "/api/v1/dishes/soup", {"If-None-Match": "*"}, None),
    ("GET", "/api/v1/dishes/nothing", {}, None),
    ("GET", "/api/v1/dishes?nonsense=1", {}, None),
    ("GET", "/api/v1/dishes?limit=%zz", {}, None),
    ("GET", "/api/v1/dishes", {"Accept": "text/html"}, None),
    ("GET", "/api/v1/dishes?limit=0", {"Accept": "application/problem+json"}, None),
    ("GET", "/api/v1/dishes", {"Authorization": "Bearer nobody"}, None),
    ("POST", "/api/v1/dishes", SIGNED_IN, b'{"slug":"soup","title":"again"}'),
    ("POST", "/api/v1/dishes", SIGNED_IN, b"{"),
    ("POST", "/api/v1/dishes", SIGNED_IN, b'{"slug":1}'),
    ("POST", "/api/v1/dishes", {**SIGNED_IN, "Content-Type": "text/plain"}, b"{}"),
    ("POST", "/api/v1/dishes", SIGNED_IN, b" " * 2000),
    ("POST", "/api/v1/dishes", {}, b'{"slug":"x","title":"x"}'),
    ("PATCH", "/api/v1/dishes/soup", {**SIGNED_IN, "If-Match": '"9"'}, b'{"title":"x"}'),
    ("PUT", "/api/v1/dishes", {}, None),
    ("OPTIONS", "/api/v1/dishes/soup", {}, None),
    ("GET", "/api/v1/dishes/", {}, None),
    ("GET", "/nothing", {}, None),
    ("GET", "/health/live", {}, None),
    ("POST", "/health/live", {}, None),
    ("GET", "/api/v1/dishes/today", {}, None),
    ("HEAD", "/api/v1/dishes/today", {}, None),
    ("GET", "/custom/me", {}, None),
    ("GET", "/custom/me", SIGNED_IN, None),
    ("GET", "/custom/broken", SIGNED_IN, None),
    ("GET", "/custom/gone", SIGNED_IN, None),
    ("POST", "/custom/orders", SIGNED_IN, b'{"table":"x"}'),
    ("POST", "/custom/raw", SIGNED_IN, b" " * 2000),
    ("GET", "/openapi.json", {}, None),
]


async def test_a_middleware_that_does_nothing_changes_no_byte(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    front, inside = kitchen(url, body_limit=1000), kitchen(url, body_limit=1000)
    inside.add_middleware(Nothing)
    async with open_kitchen(front) as one:
        await cook(one, "soup")
        expected = [await asked(one, *request) for request in REQUESTS]
    async with open_kitchen(inside) as other:
        for request, answer in zip(REQUESTS, expected, strict=True):
            assert await asked(other, *request) == answer, request[:3]
    statuses = {status for status, _, _ in expected}
    assert statuses >= {200, 204, 304, 400, 401, 404, 405, 406, 409, 410, 412, 413, 415, 500}


async def asked(
    calling: httpx2.AsyncClient, method: str, path: str, headers: dict[str, str], body: bytes | None
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of one answer."""
    kind = {"Content-Type": "application/json"} if body is not None else {}
    sent = {"X-Request-ID": "the-same", **kind, **headers}
    answer = await calling.request(method, path, headers=sent, content=body)
    return answer.status_code, sorted(answer.headers.raw), answer.content


async def test_a_middleware_is_never_passed_by(sqlite_url: str) -> None:
    app = kitchen(sqlite_url)
    app.add_middleware(Signs)
    async with open_kitchen(app) as calling:
        assert (await calling.post("/api/v1/dishes", json={"slug": "a", "title": "b"})).status_code == 201
        assert (await calling.get("/custom/me")).json() == {"id": "00000000-0000-0000-0000-000000000001"}


async def test_a_middleware_that_breaks_is_a_500_in_our_shape(sqlite_url: str) -> None:
    events: list[Any] = []
    app = kitchen(sqlite_url, events=events)
    app.add_middleware(Breaks)
    async with open_kitchen(app) as calling:
        answer = await calling.get("/api/v1/dishes")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert [type(event).__name__ for event in events].count("Broke") == 1


@pytest.mark.requirement("A3.01")
async def test_pages_of_named_origins_may_call_and_read_also_errors(sqlite_url: str) -> None:
    app = kitchen(sqlite_url, cors_origins=("https://shop.example.com",), cors_credentials=True)
    async with open_kitchen(app) as calling:
        await cook(calling, "soup")
        asked_before = {**ORIGIN, "Access-Control-Request-Method": "PATCH"}
        preflight = await calling.options(
            "/api/v1/dishes/soup", headers={**asked_before, "Access-Control-Request-Headers": "if-match"}
        )
        assert preflight.status_code == 200
        assert "PATCH" in preflight.headers["access-control-allow-methods"]
        assert "x-request-id" in preflight.headers
        for path in ("/api/v1/dishes/soup", "/api/v1/dishes?x=1", "/nothing", "/custom/broken", "/health"):
            answer = await calling.get(path, headers={**ORIGIN, **SIGNED_IN})
            assert answer.headers["access-control-allow-origin"] == "https://shop.example.com", path
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert "ETag" in answer.headers["access-control-expose-headers"]
            assert "Origin" in answer.headers["vary"]
            strange = await calling.get(path, headers={"Origin": "https://evil.example.com"})
            assert "access-control-allow-origin" not in strange.headers


def test_credentials_from_any_origin_are_refused_at_start() -> None:
    with pytest.raises(ValidationError, match="cors_credentials cannot be set with the origin"):
        Mainstay(settings=Settings(cors_origins=("*",), cors_credentials=True))
