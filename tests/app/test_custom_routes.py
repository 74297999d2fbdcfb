"""FastAPI routers of one's own: guarded, with our errors, the actor, the session, the document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Body

from mainstay import DeclarationErrors, Mainstay, Session, Settings, anyone, mount, signed_in
from mainstay.errors import Unavailable
from tests.app.kitchen import SIGNED_IN, Tokens, client, cook, kitchen, open_kitchen

QUIET = Settings(log="off", secret_key="k" * 32, address_limit=None, user_limit=None)  # type: ignore[arg-type]


@pytest.mark.requirement("A3.02")
async def test_each_route_is_under_the_policy_of_its_mount(calling: httpx2.AsyncClient) -> None:
    chef = {"Authorization": "Bearer chef"}
    for method, path, headers, status in [
        ("GET", "/api/v1/dishes/today", {}, 200),
        ("GET", "/custom/me", {}, 401),
        ("GET", "/custom/me", {"Authorization": "Bearer nobody"}, 401),
        ("GET", "/custom/me", SIGNED_IN, 200),
        ("DELETE", "/stove", {}, 401),
        ("DELETE", "/stove", SIGNED_IN, 403),
        ("DELETE", "/stove", chef, 200),
    ]:
        assert (await calling.request(method, path, headers=headers)).status_code == status, (path, headers)


@pytest.mark.requirement("A1.10")
async def test_a_wrong_body_is_400_with_every_field(calling: httpx2.AsyncClient) -> None:
    answer = await calling.post("/custom/orders", json={"dishes": [1, "b"]}, headers=SIGNED_IN)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert [(detail["field"], detail["code"]) for detail in error["details"]] == [
        ("table", "required"),
        ("dishes[0]", "string_type"),
    ]


async def test_a_broken_body_is_told_as_one_of_a_compiled_route(calling: httpx2.AsyncClient) -> None:
    json = {**SIGNED_IN, "Content-Type": "application/json"}
    for body in (b'{"a":1,}', b'{"table":\n 1 x}', b"{"):
        ours = await calling.post("/api/v1/dishes", content=body, headers=json)
        custom = await calling.post("/custom/orders", content=body, headers=json)
        told = [(answer.status_code, answer.json()["error"]) for answer in (ours, custom)]
        for _, error in told:
            del error["request_id"]
        assert told[0] == told[1]
        assert told[1][1]["code"] == "MALFORMED_BODY"


async def test_a_broken_body_comes_after_who_is_calling_and_uses_up_the_limit(sqlite_url: str) -> None:
    json = {"Content-Type": "application/json"}
    async with open_kitchen(kitchen(sqlite_url, address_limit="5/hour", body_limit=100)) as calling:
        for who, body, status in [
            ({}, b"{", 401),
            ({"Authorization": "Bearer nobody"}, b"{", 401),
            (SIGNED_IN, b"{", 400),
            (SIGNED_IN, b'["\xff"]', 400),
            (SIGNED_IN, b" " * 101, 413),
            (SIGNED_IN, b"{", 429),
        ]:
            answer = await calling.post("/custom/orders", content=body, headers={**json, **who})
            assert answer.status_code == status, (who, body)
            assert answer.headers["ratelimit"].startswith('"address"')


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_of_another_type_than_the_declared_one_is_415(calling: httpx2.AsyncClient, kind: str) -> None:
    headers = {**SIGNED_IN, "Content-Type": kind}
    answer = await calling.post("/custom/orders", content=b'{"table":1,"dishes":[]}', headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_that_is_declared_as_text_is_taken_as_text(sqlite_url: str) -> None:
    router = APIRouter()

    @router.post("/note")
    async def note(text: Annotated[str, Body(media_type="text/plain", max_length=3)]) -> str:
        return text

    app = Mainstay(routers=[mount(router, allow=anyone)], database=sqlite_url, settings=QUIET)
    async with open_kitchen(app) as calling:
        plain = {"Content-Type": "text/plain"}
        assert (await calling.post("/note", content=b"abc", headers=plain)).json() == "abc"
        assert (await calling.post("/note", content=b"abcd", headers=plain)).status_code == 400


async def test_errors_raised_in_a_route_keep_their_status_and_headers(calling: httpx2.AsyncClient) -> None:
    gone = await calling.get("/custom/gone", headers=SIGNED_IN)
    assert (gone.status_code, gone.headers["x-reason"]) == (410, "hunger")
    assert gone.json()["error"]["code"] == "GONE"
    assert gone.json()["error"]["message"] == "It was eaten."
    rule = await calling.post("/custom/orders", json={"table": 13, "dishes": []}, headers=SIGNED_IN)
    assert (rule.status_code, rule.json()["error"]["code"]) == (422, "RULE_BROKEN")


async def test_a_large_body_is_413_and_a_slow_one_408(sqlite_url: str) -> None:
    async def slow() -> Any:
        yield b"{"
        await asyncio.sleep(5)

    json = {**SIGNED_IN, "Content-Type": "application/json"}
    async with open_kitchen(kitchen(sqlite_url, body_limit=10, body_timeout=0.05)) as calling:
        for path in ("/custom/raw", "/custom/orders"):
            large = await calling.post(path, content=b" " * 11, headers=json)
            assert (large.status_code, large.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
            late = await calling.post(path, content=slow(), headers=json)
            assert (late.status_code, late.json()["error"]["code"]) == (408, "REQUEST_TIMEOUT")


async def test_a_session_is_committed_after_success_and_undone_after_an_error(calling: httpx2.AsyncClient) -> None:
    async def count() -> int:
        return int((await calling.get("/custom/count", headers=SIGNED_IN)).json())

    made = await calling.post("/custom/orders", json={"table": 1, "dishes": ["a", "b"]}, headers=SIGNED_IN)
    assert (made.status_code, await count()) == (201, 2)
    assert (await calling.get("/api/v1/dishes/a")).status_code == 200
    await calling.post("/custom/orders", json={"table": 13, "dishes": ["c"]}, headers=SIGNED_IN)
    assert await count() == 2


async def test_a_commit_that_fails_is_never_a_success(sqlite_url: str) -> None:
    app = kitchen(sqlite_url)
    async with open_kitchen(app) as calling:
        async with app.sessions.begin() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
            await connection.exec_driver_sql("CREATE TABLE late (parent INTEGER REFERENCES parent)")
        answer = await calling.post("/custom/orders", json={"table": 14, "dishes": ["a"]}, headers=SIGNED_IN)
        assert answer.status_code == 500
        assert (await calling.get("/custom/count", headers=SIGNED_IN)).json() == 0


async def test_a_session_waits_for_the_writer_and_gives_up_with_503(sqlite_url: str) -> None:
    app = kitchen(sqlite_url)
    async with open_kitchen(app) as calling:
        async with app.sessions.begin() as session:
            await session.connection()
            app.sessions.patience = 0.05
            answer = await calling.post("/custom/orders", json={"table": 1, "dishes": ["a"]}, headers=SIGNED_IN)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert (await calling.get("/custom/count", headers=SIGNED_IN)).status_code == 200
        assert (await cook(calling, "soup")).status_code == 201


async def test_a_get_cannot_write(database_url: str) -> None:
    async with open_kitchen(kitchen(database_url)) as calling:
        assert (await calling.get("/custom/writing", headers=SIGNED_IN)).status_code == 500
        assert (await calling.get("/custom/count", headers=SIGNED_IN)).json() == 0
        made = await calling.post("/custom/orders", json={"table": 1, "dishes": ["a"]}, headers=SIGNED_IN)
        assert made.status_code == 201


async def test_sessions_without_their_database_are_503() -> None:
    app = kitchen("postgresql://nobody@127.0.0.1:9/none")
    async with client(app) as calling:
        answer = await calling.get("/custom/count", headers=SIGNED_IN)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_session_on_postgresql(postgres_url: str) -> None:
    async with open_kitchen(kitchen(postgres_url)) as calling:
        made = await calling.post("/custom/orders", json={"table": 1, "dishes": ["a"]}, headers=SIGNED_IN)
        assert made.status_code == 201
        assert (await calling.get("/custom/count", headers=SIGNED_IN)).json() == 1
        assert (await calling.get("/api/v1/dishes/a")).status_code == 200


def test_a_router_without_a_policy_is_refused(sqlite_url: str) -> None:
    with pytest.raises(DeclarationErrors, match="a FastAPI router without a policy"):
        Mainstay(routers=[APIRouter()], database=sqlite_url, settings=QUIET)  # type: ignore[list-item]
    with pytest.raises(TypeError, match="every route is under a policy"):
        Mainstay(database=sqlite_url, settings=QUIET).include_router(APIRouter())


@pytest.mark.parametrize("way", ["decorator", "route", "websocket", "router", "application"])
async def test_a_route_that_goes_round_the_policies_keeps_the_application_from_starting(
    sqlite_url: str, way: str
) -> None:
    async def endpoint(*_: Any) -> None: ...

    router, inner = APIRouter(), APIRouter()
    router.get("/fine")(endpoint)
    inner.get("/inner")(endpoint)
    app = Mainstay(routers=[mount(router, allow=anyone)], database=sqlite_url, settings=QUIET)
    if way == "decorator":
        app.get("/x")(endpoint)
    elif way == "route":
        app.add_route("/x", endpoint)  # type: ignore[arg-type]
    elif way == "websocket":
        app.websocket("/x")(endpoint)
    elif way == "router":
        app.router.include_router(inner)
    elif way == "application":
        app.mount("/x", endpoint)  # type: ignore[arg-type]
    with pytest.raises(DeclarationErrors, match="under no policy") as caught:
        await app.router.lifespan_context(app).__aenter__()
    assert Path(__file__).name in str(caught.value)


async def test_a_route_under_no_policy_is_not_served_without_a_lifespan_either(sqlite_url: str) -> None:
    async def endpoint() -> str:
        return "open to all"

    app = Mainstay(database=sqlite_url, settings=QUIET)
    app.get("/x")(endpoint)
    async with client(app) as calling:
        for _ in range(2):
            answer = await calling.get("/x")
            assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_ERROR")


async def test_a_route_that_the_lifespan_adds_is_under_a_policy_or_keeps_from_starting(sqlite_url: str) -> None:
    async def endpoint() -> None: ...

    left: list[bool] = []

    @asynccontextmanager
    async def lifespan(app: Mainstay) -> AsyncIterator[None]:
        app.get("/x")(endpoint)
        try:
            yield
        finally:
            left.append(True)

    app = Mainstay(database=sqlite_url, settings=QUIET, lifespan=lifespan)
    with pytest.raises(DeclarationErrors, match="the route /x is under no policy"):
        await app.router.lifespan_context(app).__aenter__()
    assert (left, app.serving) == ([True], False)


async def test_a_server_is_told_what_keeps_the_application_from_starting(sqlite_url: str) -> None:
    async def endpoint() -> None: ...

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    sent: list[Any] = []
    app = Mainstay(database=sqlite_url, settings=QUIET)
    app.get("/x")(endpoint)
    with pytest.raises(DeclarationErrors, match="under no policy"):
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert "the route /x is under no policy" in sent[0]["message"]


async def test_routers_in_a_router_are_under_its_policy(sqlite_url: str) -> None:
    outer, inner = APIRouter(prefix="/outer"), APIRouter(prefix="/inner")

    @inner.get("/{name}")
    async def endpoint(name: str) -> str:
        return name

    outer.include_router(inner)
    app = Mainstay(routers=[mount(outer, allow=signed_in)], identity=Tokens(), database=sqlite_url, settings=QUIET)
    assert [operation.path for operation in app.application.operations] == ["/outer/inner/{name}"]
    async with app.router.lifespan_context(app), client(app) as calling:
        assert (await calling.get("/outer/inner/a")).status_code == 401
        assert (await calling.get("/outer/inner/a", headers=SIGNED_IN)).json() == "a"
        assert (await calling.post("/outer/inner/a")).headers["allow"] == "GET, HEAD, OPTIONS"


def test_what_a_mounted_router_cannot_guard_is_refused(sqlite_url: str) -> None:
    async def endpoint(*_: Any) -> None: ...

    router = APIRouter()
    router.websocket("/ws")(endpoint)
    with pytest.raises(DeclarationErrors, match="no policy guards"):
        Mainstay(routers=[mount(router, allow=anyone)], database=sqlite_url, settings=QUIET)


async def test_a_dependency_of_a_route_runs_after_its_guard(sqlite_url: str) -> None:
    seen: list[str] = []
    router = APIRouter()

    @router.get("/x")
    async def endpoint(session: Session) -> None:
        seen.append("endpoint")

    app = Mainstay(routers=[mount(router, allow=signed_in)], identity=Tokens(), database=sqlite_url, settings=QUIET)
    async with open_kitchen(app) as calling:
        assert (await calling.get("/x")).status_code == 401
        assert seen == []
        assert app.sessions.engine is None, "a refused caller costs no connection"
        assert (await calling.get("/x", headers=SIGNED_IN)).status_code == 200


async def test_the_database_being_away_is_503(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = kitchen(sqlite_url)

    async def away(*_: Any) -> Any:
        raise Unavailable(retry_after=3)

    async with open_kitchen(app) as calling:
        monkeypatch.setattr(app.database, "read", away)  # SQLite cannot be taken away from its own process
        answer = await calling.get("/api/v1/dishes")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
