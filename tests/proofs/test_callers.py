"""The proof asks through every way to call, and all of them answer alike."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import pytest

from mainstay.cli.through import SERVED, Through
from mainstay.declare import Wire
from mainstay.operation import Letter
from mainstay.proofs.access.cells import Request
from mainstay.proofs.access.doors import Door, Reply, as_told
from mainstay.proofs.access.proof import Scale
from tests.proofs.proving import APPLICATIONS, proven

pytestmark = [pytest.mark.requirement("A3.02", "A3.17", "A3.18", "A3.20")]


class Recorded:
    """A door that remembers what it answered."""

    def __init__(self, door: Door, replies: list[tuple[Request, Reply]]) -> None:
        self.door = door
        self.replies = replies

    def told(self, expected: frozenset[int]) -> frozenset[int]:
        return self.door.told(expected)

    async def ask(self, request: Request) -> Reply:
        reply = await self.door.ask(request)
        if reply.status not in self.told(frozenset({503})):  # after which the proof asks again
            self.replies.append((request, reply))
        return reply


class Busy:
    """A door that cannot answer the first time that it is asked something."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.told = door.told
        self.asked: set[int] = set()

    async def ask(self, request: Request) -> Reply:
        if id(request) in self.asked:
            return await self.door.ask(request)
        self.asked.add(id(request))
        return Reply(503, None, None, b"")


def names_in(data: Any) -> Any:
    """The names of what is answered of a row, or of each of several."""
    return [set(row) for row in data] if isinstance(data, list) else set(data)


@pytest.mark.parametrize("name", [name for name in APPLICATIONS if "gazette" not in name])
async def test_every_cell_is_answered_alike_whoever_calls(name: str, database_url: str) -> None:
    module = APPLICATIONS[name]
    # On PostgreSQL fewer cells: what differs there from SQLite is below the door that both callers come through
    sampled = 24 if database_url.startswith("postgresql") else 6
    scale = Scale(alike=1, sampled=sampled, mutants=0, interference=False, everybody=False)
    answered: dict[Through, list[tuple[Request, Reply]]] = {}
    for through, serve in SERVED.items():
        replies = answered[through] = []
        found = await proven(
            module,
            database_url,
            scale,
            serve=lambda engine, to=replies, around=serve: Recorded(around(engine), to),
        )
        assert not found.disagreements, found.disagreements[0]
    letter = getattr(importlib.import_module(module), "WIRE", Wire())
    told = as_told(Letter(statuses=tuple(letter.statuses.items())))
    rest, command = answered[Through.rest], answered[Through.command]
    assert len(rest) == len(command)
    for (request, one), (same, other) in zip(rest, command, strict=True):
        assert (request.operation, request.key) == (same.operation, same.key)
        assert one.status in told.get(other.status, (other.status,)), request.curl()
        if request.method == "GET" and one.status < 400:
            assert (timeless(one.data), bool(one.meta)) == (timeless(other.data), bool(other.meta)), request.curl()
        elif one.status < 400 and one.status != 204:
            assert names_in(one.data) == names_in(other.data), request.curl()


async def test_what_cannot_be_answered_at_that_moment_is_asked_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mainstay.proofs.access.doors.PAUSES", (0.0, 0.0))
    scale = Scale(alike=1, sampled=40, mutants=0, interference=False, everybody=False)
    found = await proven(
        APPLICATIONS["notes"], sqlite_url, scale, serve=lambda engine: Busy(SERVED[Through.rest](engine))
    )
    assert not found.disagreements, found.disagreements[0]
    assert sum(found.cells.values()) > 10


def timeless(data: object) -> str:
    """An answer without its moments: rows are made around the present one."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "a moment", json.dumps(data))
