"""The proof of access holds for the example and for the applications of the tests, on both databases."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.backing.open import database
from mainstay.compiler import compile as compiled_of
from mainstay.engine import Engine
from mainstay.projections.rest import Edge, Rest
from mainstay.proofs.access.doors import Direct, Door, Rest as OverRest
from mainstay.proofs.access.proof import Result, Scale, prove

pytestmark = [pytest.mark.requirement("A3.02", "A3.17", "A3.18", "A3.20")]

COMMITTED = Path(__file__).parents[2] / "examples" / "recipes" / "access.json"
RECIPES = "examples.recipes.resources"
THINNED = Scale(alike=1, sampled=5, mutants=8, interference=False, everybody=False)
"""Of an application with everything in it; the whole of it: `mainstay prove access tests.proofs.everything_app:app`."""
APPLICATIONS = {
    "recipes": [RECIPES, "People Tags Recipes RecipeTags Comments Ratings Likes"],
    "foreign": ["tests.apps.foreign", ""],
    "notes": ["tests.proofs.notes", ""],
}


def over_rest(engine: Engine) -> Door:
    """An engine behind REST."""
    return OverRest(Edge(Rest(engine), nowhere, direct=lambda: True))


async def nowhere(scope: object, receive: object, send: object) -> None:
    """Stands where FastAPI stands in a whole application."""
    raise AssertionError("no compiled route answers")


async def proven(module: str, names: str, url: str, scale: Scale, *, rest: bool = True) -> Result:
    """The proof of the resources of a module."""
    found = importlib.import_module(module)
    resources = [getattr(found, name) for name in names.split()] or found.RESOURCES
    compiled = compiled_of(resources, database=url.partition(":")[0])
    place = database(url)
    await place.open()
    try:
        serve = over_rest if rest else Direct
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
    assert sum(result.cells.values()) > 800
    if name == "recipes":
        committed = json.loads(COMMITTED.read_text())["databases"][result.database]
        assert committed["matrix"] == result.matrix, f"write {COMMITTED.name} anew with mainstay prove access --json"


async def test_nothing_that_can_be_declared_is_let_through(sqlite_url: str) -> None:
    result = await proven("tests.apps.everything", "", sqlite_url, THINNED, rest=False)
    assert not result.disagreements, result.disagreements[0]
    assert not result.survivors, result.survivors
    assert not [leaf for leaf in result.coverage if leaf.missing]


async def test_nothing_that_can_be_declared_is_let_through_on_postgresql(postgres_url: str) -> None:
    scale = replace(THINNED, sampled=30, mutants=0)
    result = await proven("tests.apps.everything", "", postgres_url, scale, rest=False)
    assert not result.disagreements, result.disagreements[0]


async def test_the_same_seed_finds_the_same(sqlite_url: str) -> None:
    scale = Scale(seed=7, mutants=0, interference=False)
    one = await proven("tests.proofs.notes", "", sqlite_url, scale, rest=False)
    other = await proven("tests.proofs.notes", "", "sqlite://", scale, rest=False)
    assert (one.cells, one.rows, one.personas) == (other.cells, other.rows, other.personas)
