"""The proof of access holds for the example and for the applications of the tests, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.proofs.access.doors import Direct
from mainstay.proofs.access.proof import Scale
from tests.proofs.proving import APPLICATIONS, proven

pytestmark = [pytest.mark.requirement("A3.02", "A3.17", "A3.18", "A3.20")]

COMMITTED = Path(__file__).parents[2] / "examples" / "recipes" / "access.json"
THINNED = Scale(alike=1, sampled=24, mutants=36, interference=False, everybody=False)
"""Of an application with everything in it; the whole of it: `mainstay prove access tests.proofs.everything_app:app`."""


@pytest.mark.parametrize("name", APPLICATIONS)
async def test_nobody_reads_or_changes_what_the_policies_forbid(name: str, database_url: str) -> None:
    scale = Scale()
    if database_url.startswith("postgresql"):  # what differs there from SQLite is seen in fewer cells and mutants
        scale = Scale(mutants=6, interference=False) if name == "recipes" else Scale(mutants=6, sampled=4)
    result = await proven(APPLICATIONS[name], database_url, scale)
    assert not result.disagreements, result.disagreements[0]
    assert not result.differences, result.differences[0]
    assert not result.survivors, result.survivors
    assert not result.opaque
    assert result.outcomes
    assert sum(result.cells.values()) * scale.sampled > 150
    if name == "recipes":
        committed = json.loads(COMMITTED.read_text())["databases"][result.database]
        assert committed["matrix"] == result.matrix, f"write {COMMITTED.name} anew with mainstay prove access --json"


async def test_nothing_that_can_be_declared_is_let_through(sqlite_url: str) -> None:
    result = await proven("tests.apps.everything", sqlite_url, THINNED, serve=Direct)
    assert not result.disagreements, result.disagreements[0]
    assert not result.survivors, result.survivors
    assert not [leaf for leaf in result.coverage if leaf.missing]


async def test_nothing_that_can_be_declared_is_let_through_on_postgresql(postgres_url: str) -> None:
    scale = replace(THINNED, sampled=100, mutants=0)
    result = await proven("tests.apps.everything", postgres_url, scale, serve=Direct)
    assert not result.disagreements, result.disagreements[0]


async def test_the_same_seed_finds_the_same(sqlite_url: str) -> None:
    scale = Scale(seed=7, mutants=0, interference=False)
    one = await proven("tests.proofs.notes", sqlite_url, scale, serve=Direct)
    other = await proven("tests.proofs.notes", "sqlite://", scale, serve=Direct)
    assert (one.cells, one.rows, one.personas) == (other.cells, other.rows, other.personas)
