"""The proof of access holds for the example and for the applications of the tests, on both databases."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mainstay.backing.open import database
from mainstay.cli.through import SERVED, Through
from mainstay.compiler import compile as compiled_of
from mainstay.declare import Wire
from mainstay.engine import Engine
from mainstay.operation import Letter
from mainstay.proofs.access.cells import Request
from mainstay.proofs.access.doors import Direct, Door, Reply, as_told
from mainstay.proofs.access.proof import Result, Scale, prove

pytestmark = [pytest.mark.requirement("A3.02", "A3.17", "A3.18", "A3.20")]

COMMITTED = Path(__file__).parents[2] / "examples" / "recipes" / "access.json"
RECIPES = "examples.recipes.app"
THINNED = Scale(alike=1, sampled=8, mutants=12, interference=False, everybody=False)
"""Of an application with everything in it; the whole of it: `mainstay prove access tests.proofs.everything_app:app`."""
APPLICATIONS = {
    "recipes": [RECIPES, "People Tags Recipes Comments Ratings Likes"],
    "foreign": ["tests.apps.foreign", ""],
    "notes": ["tests.proofs.notes", ""],
    "a gazette to a letter": ["tests.apps.gazette", ""],
    "a publishing API to a letter": ["tests.apps.publishing.application", ""],
    "reviews": ["tests.apps.reviews", ""],
    "desk": ["tests.apps.desk", ""],
    "shop": ["tests.apps.shop", ""],
}


Serve = Callable[[Engine], Door]


async def proven(module: str, names: str, url: str, scale: Scale, *, serve: Serve = SERVED[Through.rest]) -> Result:
    """The proof of the resources of a module."""
    found = importlib.import_module(module)
    resources = [getattr(found, name) for name in names.split()] or found.RESOURCES
    compiled = compiled_of(resources, database=url.partition(":")[0], wire=getattr(found, "WIRE", None))
    place = database(url)
    await place.open()
    try:
        return await prove(compiled.application, compiled.storage, place, serve=serve, scale=scale)
    finally:
        await place.close()


@pytest.mark.parametrize("name", APPLICATIONS)
async def test_nobody_reads_or_changes_what_the_policies_forbid(name: str, database_url: str) -> None:
    module, names = APPLICATIONS[name]
    # Mutants differ in what the rows tell apart, hardly by database: of PostgreSQL's a third is served
    scale = Scale(mutants=3 if database_url.startswith("postgresql") else 1)
    result = await proven(module, names, database_url, scale)
    assert not result.disagreements, result.disagreements[0]
    assert not result.differences, result.differences[0]
    assert not result.survivors, result.survivors
    assert not result.opaque
    assert result.outcomes
    assert sum(result.cells.values()) > 150
    if name == "recipes":
        committed = json.loads(COMMITTED.read_text())["databases"][result.database]
        assert committed["matrix"] == result.matrix, f"write {COMMITTED.name} anew with mainstay prove access --json"


async def test_nothing_that_can_be_declared_is_let_through(sqlite_url: str) -> None:
    result = await proven("tests.apps.everything", "", sqlite_url, THINNED, serve=Direct)
    assert not result.disagreements, result.disagreements[0]
    assert not result.survivors, result.survivors
    assert not [leaf for leaf in result.coverage if leaf.missing]


async def test_nothing_that_can_be_declared_is_let_through_on_postgresql(postgres_url: str) -> None:
    scale = replace(THINNED, sampled=30, mutants=0)
    result = await proven("tests.apps.everything", "", postgres_url, scale, serve=Direct)
    assert not result.disagreements, result.disagreements[0]


async def test_the_same_seed_finds_the_same(sqlite_url: str) -> None:
    scale = Scale(seed=7, mutants=0, interference=False)
    one = await proven("tests.proofs.notes", "", sqlite_url, scale, serve=Direct)
    other = await proven("tests.proofs.notes", "", "sqlite://", scale, serve=Direct)
    assert (one.cells, one.rows, one.personas) == (other.cells, other.rows, other.personas)


class Recorded:
    """A door that remembers what it answered."""

    def __init__(self, door: Door, replies: list[tuple[Request, Reply]]) -> None:
        self.door = door
        self.replies = replies

    def told(self, expected: frozenset[int]) -> frozenset[int]:
        return self.door.told(expected)

    async def ask(self, request: Request) -> Reply:
        reply = await self.door.ask(request)
        self.replies.append((request, reply))
        return reply


def names_in(data: Any) -> Any:
    """The names of what is answered of a row, or of each of several."""
    return [set(row) for row in data] if isinstance(data, list) else set(data)


@pytest.mark.parametrize("name", [name for name in APPLICATIONS if "gazette" not in name])
async def test_every_cell_is_answered_alike_whoever_calls(name: str, database_url: str) -> None:
    module, names = APPLICATIONS[name]
    answered: dict[Through, list[tuple[Request, Reply]]] = {}
    for through, serve in SERVED.items():
        replies = answered[through] = []
        # On PostgreSQL fewer cells: what differs there from SQLite is below the door that both callers come through
        sampled = 8 if database_url.startswith("postgresql") else 2
        scale = Scale(alike=1, sampled=sampled, mutants=0, interference=False, everybody=False)
        found = await proven(
            module,
            names,
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


def timeless(data: object) -> str:
    """An answer without its moments: rows are made around the present one."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "a moment", json.dumps(data))
