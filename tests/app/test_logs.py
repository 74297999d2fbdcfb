"""The log: one line of JSON whatever is asked, few writes."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any

import pytest

from mainstay.events import Broke, RequestFinished, Started, Stopped
from mainstay.observe.logs import WAIT, Log
from tests.app.kitchen import SIGNED_IN, kitchen, open_kitchen


class Written:
    """What a log has written, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.log = Log(self.writes.append, clock=lambda: 1_795_229_041.7049)

    def lines(self) -> list[dict[str, Any]]:
        """Every line, decoded."""
        return [json.loads(line) for write in self.writes for line in write.splitlines()]


def finished(path: str = "/x", status: int = 200) -> RequestFinished:
    """A request."""
    return RequestFinished("GET", path, status, "dishes.list", "u1", "192.0.2.1", "r1", 0.0012345)


@pytest.mark.requirement("A8.08", "A8.10", "A8.15")
async def test_a_request_is_one_line_with_everything_asked_for() -> None:
    written = Written()
    written.log(finished())
    await asyncio.sleep(2 * WAIT)
    (line,) = written.lines()
    assert line == {
        "time": "2026-11-21T02:44:01.704Z",
        "level": "info",
        "event": "request",
        "method": "GET",
        "path": "/x",
        "status": 200,
        "duration_ms": 1.234,
        "operation": "dishes.list",
        "actor": "u1",
        "address": "192.0.2.1",
        "request_id": "r1",
    }


@pytest.mark.parametrize(
    "path", ["/a\nb\r\n{}", "/\x00\x1b[31m", "/" + "x" * 10_000, '/"\\', "/\u2028\u0085", "/\ud800"]
)
async def test_whatever_the_path_a_request_is_one_bounded_line(path: str) -> None:
    written = Written()
    written.log(finished(path))
    await asyncio.sleep(2 * WAIT)
    (write,) = written.writes
    assert write.count(b"\n") == 1
    assert write.endswith(b"\n")
    assert not any(byte < 0x20 for byte in write[:-1])
    assert len(write) < 3000
    assert len(write.decode().splitlines()) == 1
    json.loads(write)


async def test_the_lines_of_a_moment_are_one_write_and_many_do_not_wait() -> None:
    written = Written()
    for _ in range(5):
        written.log(finished())
    assert written.writes == []
    await asyncio.sleep(2 * WAIT)
    assert [write.count(b"\n") for write in written.writes] == [5]
    for _ in range(1500):
        written.log(finished())
    assert written.writes[1].count(b"\n") == 1000


def test_stopping_writes_what_waits() -> None:
    written = Written()
    written.log(Started("Kitchen", "sqlite", 3))
    written.log(Stopped("Kitchen"))
    assert [line["message"] for line in written.lines()] == [
        "Kitchen serves 3 operations on sqlite",
        "Kitchen has stopped",
    ]


@pytest.mark.requirement("A8.07", "A8.11", "A8.15")
async def test_a_fault_is_logged_with_its_stack_and_the_id_that_the_caller_was_told(sqlite_url: str) -> None:
    written = Written()
    app = kitchen(sqlite_url)
    app.rest.listeners = app.edge.listeners = (written.log,)
    async with open_kitchen(app) as calling:
        answer = await calling.get("/custom/broken", headers=SIGNED_IN)
        await calling.get("/api/v1/dishes?x=1")
    await asyncio.sleep(2 * WAIT)
    fault, first, second = written.lines()
    assert (fault["level"], fault["event"], fault["error"]) == ("error", "broke", "RuntimeError")
    assert "in broken" in fault["stack"]
    assert fault["request_id"] == answer.headers["x-request-id"] == first["request_id"]
    assert (first["level"], first["status"]) == ("error", 500)
    assert (second["level"], second["status"]) == ("info", 400)


async def test_a_stack_is_bounded_and_does_not_wait() -> None:
    written = Written()
    written.log(Broke("r", ValueError("x" * 100_000)))
    (line,) = written.lines()
    assert len(line["stack"]) <= 20_000
    assert len(line["message"]) <= 1_000
    dt.datetime.fromisoformat(line["time"])
