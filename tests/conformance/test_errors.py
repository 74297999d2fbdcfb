"""What is wrong with a call, told all together, whoever calls."""

from __future__ import annotations

import pytest

from mainstay.cli.through import Through
from mainstay.operation import Limit
from tests.conformance.house import House, house
from tests.engine.test_writes import ANN, FOLDER, people


@pytest.mark.requirement("A1.10")
async def test_every_mistake_in_the_parameters_is_told_at_once(at: House) -> None:
    asked = {"nmber": 1, "number[gt]": "x", "sort": "titel", "limit": 0, "include": "boss"}
    told = await at.call("documents.list", by=ANN, ask=asked, statements=0)
    assert (told.status, told.code) == (400, "VALIDATION_ERROR")
    assert set(told.details) == {
        ("nmber", "unknown_parameter"),
        ("number[gt]", "wrong_type"),
        ("sort", "unknown_field"),
        ("limit", "wrong_value"),
        ("include", "unknown_field"),
    }


@pytest.mark.requirement("A1.10")
async def test_every_mistake_in_a_body_is_told_at_once(at: House) -> None:
    body = {"number": 0, "title": "", "folder_id": "x", "nonsense": 1, "state": "gone"}
    told = await at.call("documents.create", by=ANN, body=body, statements=0)
    assert (told.status, told.code) == (400, "VALIDATION_ERROR")
    assert {field for field, _ in told.details} == {"number", "title", "folder_id", "nonsense", "state"}


async def test_a_key_of_the_wrong_form_is_told_before_any_database_is_asked(at: House) -> None:
    told = await at.call("documents.get", "not-a-uuid", by=ANN, statements=0)
    assert (told.status, told.details) == (400, (("id", "wrong_type"),))


async def test_a_field_that_cannot_be_written_is_told(at: House) -> None:
    await people(at.there)
    body = {"number": 1, "title": "t", "folder_id": str(FOLDER), "author_id": str(ANN.id), "id": str(ANN.id)}
    told = await at.call("documents.create", by=ANN, body=body, statements=0)
    assert told.status == 400
    assert {field for field, _ in told.details} == {"author_id", "id"}


@pytest.mark.requirement("A1.16", "A3.25")
async def test_a_caller_without_calls_left_is_refused_and_asks_no_database(
    module_database_url: str, through: Through
) -> None:
    async with house(module_database_url, through, "everything", Limit("user", 3, 3600)) as at:
        for _ in range(3):
            assert (await at.call("teams.list", by=ANN, statements=1)).status == 200
        told = await at.call("teams.list", by=ANN, statements=0)
        assert (told.status, told.code) == (429, "TOO_MANY_REQUESTS")
