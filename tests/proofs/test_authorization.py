"""The authorization matrix says what was answered, in a word for each operation and persona."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mainstay.actor import NOBODY
from mainstay.compiler import compile as compiled_of
from mainstay.proofs.access.authorization import Answers
from mainstay.proofs.access.cells import Cell
from mainstay.proofs.access.personas import Persona
from tests.proofs.notes import RESOURCES

pytestmark = [pytest.mark.requirement("A3.20")]
PERSONA = Persona("somebody", NOBODY)


@pytest.mark.parametrize(
    "operation, statuses, expected",
    [
        ("notes.get", [200, 200], "all"),
        ("notes.get", [200, 404], "some"),
        ("notes.get", [404, 404], "none"),
        ("notes.update", [404, 403], "none"),
        ("notes.update", [403, 403], "403"),
        ("notes.update", [401, 401], "401"),
        ("notes.create", [201, 409], "yes"),
        ("notes.create", [201, 403], "some"),
        ("notes.create", [403, 422], "no"),
    ],
)
def test_the_word_for_some_statuses(operation: str, statuses: Sequence[int], expected: str) -> None:
    application = compiled_of(RESOURCES).application
    answers = Answers(application, {table.name: [{}, {}] for table in application.tables})
    asked = next(known for known in application.operations if known.name == operation)
    about = {"update": "update nothing"}.get(asked.action, asked.action)
    for status in statuses:
        answers.note(Cell(PERSONA, asked, about), status, 0)
    assert answers.matrix([PERSONA.name]) == {operation: {PERSONA.name: expected}}


@pytest.mark.parametrize("status, shown, expected", [(200, 2, "all"), (200, 1, "some"), (200, 0, "none")])
def test_the_word_for_a_list(status: int, shown: int, expected: str) -> None:
    application = compiled_of(RESOURCES).application
    answers = Answers(application, {table.name: [{}, {}] for table in application.tables})
    asked = next(known for known in application.operations if known.name == "notes.list")
    answers.note(Cell(PERSONA, asked, "list"), status, shown)
    assert answers.matrix([PERSONA.name]) == {"notes.list": {PERSONA.name: expected}}
