"""Random policies: SQL on each database and the evaluation in Python say the same of every row."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from mainstay.backing.open import database
from mainstay.engine.sql import policy as written
from mainstay.policy import tree
from mainstay.proofs.random_policies import ACTORS, Arena, policy, tried

T = TypeVar("T")
pytestmark = [pytest.mark.requirement("A3.18")]


class Drawn:
    """Chance as hypothesis draws it."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, the first being the simplest."""
        return self.draw(st.sampled_from(options))  # type: ignore[no-any-return]


@st.composite
def policies(draw: Any) -> tree.Node:
    """Any policy over the closed set of nodes."""
    return policy(Drawn(draw))


async def test_thousands_of_random_policies(database_url: str) -> None:
    place = database(database_url)
    await place.open()
    try:
        trial = await tried(place, count=2_400, seed=3)
    finally:
        await place.close()
    assert not trial.disagreements, trial.sentence


@pytest.fixture(scope="module")
def arena() -> Any:
    """A database in which policies are evaluated one at a time."""
    runner = asyncio.Runner()
    place = database("sqlite://")
    runner.run(place.open())
    made = Arena(place, seed=5)
    runner.run(made.fill())
    yield lambda node, actor: runner.run(made.differing([node], actor))
    runner.run(place.close())
    runner.close()


@settings(max_examples=150, deadline=None)
@given(node=policies(), actor=st.sampled_from(ACTORS))
def test_a_policy_that_hypothesis_makes_and_would_make_smaller(node: tree.Node, actor: Any, arena: Any) -> None:
    assert not arena(node, actor)


def test_every_node_of_the_closed_set_is_tried() -> None:
    chance = random.Random(1)
    seen = {type(node) for _ in range(2_000) for node in policy(chance).walk()}
    assert set(tree.NODES.values()) - seen == {tree.Opaque, tree.Given, tree.Source, *tree.WORKED_OUT}


async def test_an_evaluator_that_forgets_nulls_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """One function of the engine is replaced, since no declaration can ask for a fault."""
    honest = written.condition

    def careless(node: tree.Node, scope: Any) -> Any:
        truth = honest(node, scope)
        return sa.func.coalesce(truth, sa.false()) if isinstance(node, tree.Compare) else truth

    monkeypatch.setattr("mainstay.engine.sql.policy.condition", careless)
    place = database("sqlite://")
    await place.open()
    try:
        trial = await tried(place, count=120)
    finally:
        await place.close()
    assert trial.disagreements
