"""The proof looks at rows that are written with other rows: it holds, and faults in how they are written are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mainstay.engine.nested import children, linking
from mainstay.engine.nested.run import Run
from mainstay.engine.plan import Guards
from mainstay.proofs.access.doors import Direct
from mainstay.proofs.access.proof import Scale
from tests.proofs.proving import proven

pytestmark = [pytest.mark.requirement("A3.02", "A3.17", "A3.20")]

MEALS = "tests.apps.meals"
Plant = Callable[[pytest.MonkeyPatch], None]


async def test_rows_that_are_written_with_others_are_under_their_own_policies(sqlite_url: str) -> None:
    scale = Scale(alike=1, interference=False, everybody=False)
    result = await proven(MEALS, sqlite_url, scale, serve=Direct)
    assert not result.disagreements, result.disagreements[0]
    assert not result.survivors, result.survivors
    assert sum(1 for outcome in result.outcomes if outcome.verdict == "killed") > 80
    assert min(result.cells[f"meals.{name}"] for name in ("create", "replace", "update")) > 200


async def test_so_they_are_on_postgresql(postgres_url: str) -> None:
    scale = Scale(alike=1, sampled=4, mutants=0, interference=False, everybody=False)
    result = await proven(MEALS, postgres_url, scale)
    assert not result.disagreements, result.disagreements[0]


def new_children_unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """An owned row is allowed by what it was alone."""
    honest = children.find_several

    def careless(*arguments: Any, lock: bool, **more: Any) -> Any:
        *kept, flags = arguments
        return honest(*kept, flags if lock else (), lock=lock, **more)

    monkeypatch.setattr(children, "find_several", careless)


def old_children_unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """An owned row is changed and deleted whatever it was."""
    monkeypatch.setattr(children.Prepared, "deny", lambda self, path, false, names: None)


def hidden_children_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An owned row is found by somebody who may not read it."""
    honest = children.numbered

    def careless(rows: Any, found: Any) -> Any:
        return ((number, values, false - {"ingredients"}) for number, values, false in honest(rows, found))

    monkeypatch.setattr(children, "numbered", careless)


def references_of_children_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An owned row may refer to what its writer may not read."""
    honest = children.check_several
    monkeypatch.setattr(children, "check_several", lambda *arguments: honest(*arguments[:-2], Guards(), ()))


def hidden_rows_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row is linked with one that its writer may not read."""
    honest = linking.numbered

    def careless(rows: Any, found: Any) -> Any:
        return ((number, values, false - {"words"}) for number, values, false in honest(rows, found))

    monkeypatch.setattr(linking, "numbered", careless)


def links_unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are made, and rows for them, whoever makes them."""
    monkeypatch.setattr(linking.Prepared, "judge", lambda self, run: iter(()))


def nothing_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told no."""
    monkeypatch.setattr(Run, "refuse", lambda self, deciders, denied, fields=True: None)


FAULTS: dict[Plant, str] = {
    new_children_unjudged: "ingredients: new with amount",
    old_children_unjudged: "ingredients: ",
    hidden_children_found: "ingredients: ",
    references_of_children_unchecked: "ingredients: ",
    hidden_rows_linked: "words: one",
    links_unjudged: "guest_names: one",
    nothing_refused: "guest_names: none",
}
"""Each fault, and the beginning of what a cell that finds it is there for."""


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
async def test_a_fault_in_what_is_written_with_a_row_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    scale = Scale(alike=1, mutants=0, interference=False, everybody=False)
    found = await proven(MEALS, "sqlite://", scale, serve=Direct)
    reasons = {item.about.removeprefix("replace: ") for item in found.disagreements}
    assert any(reason.startswith(FAULTS[plant]) for reason in reasons), reasons
