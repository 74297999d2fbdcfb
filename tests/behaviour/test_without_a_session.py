"""Actions that are given nothing of the database: no session is opened for them, and the rest is as for all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mainstay import Actions, action, anyone
from mainstay.events import Broke, CallFinished
from tests.behaviour.conftest import Caller, serving


class Bells(Actions):
    """What needs no row."""

    @action(allow=anyone, method="GET", path="/ring/{times}")
    async def ring(self, times: int) -> str:
        """Reads nothing."""
        return "ding " * times

    @action(allow=anyone, method="GET", timeout=0.05)
    async def wait(self) -> str:
        """Takes too long."""
        await asyncio.sleep(5)
        return "late"

    @action(allow=anyone, timeout=0.05)
    async def call(self) -> str:
        """Waits for something else than the database, in what writes."""
        await asyncio.sleep(0.001)
        return "called"

    @action(allow=anyone)
    async def toll(self, words: str) -> str:
        """Writes nothing."""
        return words.upper()


@pytest.fixture
async def calling(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caller]:
    """A caller of the application, in which every session is refused."""

    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a session is opened")

    async with serving(database_url, [Bells], {}) as caller:
        with monkeypatch.context() as without:
            for name in ("begin", "act", "act_async", "open"):
                without.setattr(caller.app.sessions, name, refused)
            yield caller


async def test_it_answers_without_a_session(calling: Caller) -> None:
    assert await calling("GET", "/bells/ring/2") == (200, "ding ding ")
    assert await calling("POST", "/bells/toll", body={"words": "ding"}) == (200, "DING")
    (*_, last) = [event for event in calling.events if isinstance(event, CallFinished)]
    assert last.statements == 0


async def test_its_time_ends(calling: Caller) -> None:
    began = time.monotonic()
    answer = await calling.send("GET", "/bells/wait")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert time.monotonic() - began < 3


async def test_what_writes_waits_for_nothing_of_the_outside(calling: Caller) -> None:
    assert (await calling("POST", "/bells/call", body={}))[0] == 500
    (*_, last) = [event for event in calling.events if isinstance(event, Broke)]
    assert "Bells.call waits for" in str(last.error)
