"""What the usual reads run is compiled soon after a start, and readings of parameters are kept in bounds."""

from __future__ import annotations

import asyncio
import time
import uuid

import httpx2
import pytest

from mainstay import Actor, Mainstay, Settings
from mainstay.engine.shapes import REMEMBERED
from tests.apps import everything
from tests.apps.identity import TokenIdentity

PLAIN = Actor(uuid.UUID(int=9))


@pytest.mark.parametrize("token", [None, "plain"])
async def test_the_first_reads_of_a_caller_compile_nothing(database_url: str, token: str | None) -> None:
    settings = Settings(log="off", address_limit=None, user_limit=None)
    app = Mainstay(
        resources=everything.RESOURCES,
        identity=TokenIdentity({"plain": PLAIN}),
        settings=settings,
        database=database_url,
    )
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://apps.test", headers=headers) as calling,
    ):
        compiled = await prepared(app)
        done = 0
        for operation in app.application.operations:
            if operation.action in ("list", "get"):
                path = operation.path
                for parameter in operation.parameters:
                    path = path.replace("{" + parameter.name + "}", key_of(parameter.form.type, parameter.form.format))
                answer = await calling.get(path)
                assert answer.status_code in (200, 401, 403, 404), answer.text
                done += answer.status_code in (200, 404)
        assert done > 10
        assert set(app.engine.shapes.kept) == compiled


async def prepared(app: Mainstay) -> set[object]:
    """What is compiled when nothing has been added for a while; it begins after the start, and waits for calls."""
    before: set[object] = set()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        await asyncio.sleep(0.4)
        now = set(app.engine.shapes.kept)
        if now and now == before:
            return now
        before = now
    raise AssertionError(f"not prepared: {len(before)} statements")


def key_of(kind: str, format_: str | None) -> str:
    """What can stand in a path."""
    return "7" if kind == "integer" else str(uuid.UUID(int=7)) if format_ == "uuid" else "word"


async def test_spellings_of_a_parameter_are_remembered_in_bounds(sqlite_url: str) -> None:
    app = everything.application(sqlite_url)
    transport = httpx2.ASGITransport(app=app)
    choices = app.engine.readers["samples.list"].questions.choices
    names = [sort.name for sort in choices.resource.sorts][:8]
    spellings = [f"{a},{b},-{c}" for a in names for b in names for c in names if len({a, b, c}) == 3]
    assert len(spellings) > REMEMBERED
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://apps.test") as calling,
    ):
        for spelling in spellings:
            answer = await calling.get(f"/api/v1/samples?sort={spelling}&fields={spelling.replace('-', '')}")
            assert answer.status_code == 200, answer.text
    assert len(choices.orders) == len(choices.selections) == REMEMBERED
    assert spellings[-1] in choices.orders
    assert spellings[0] not in choices.orders
