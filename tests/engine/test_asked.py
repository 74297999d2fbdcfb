"""What can be wrong with a question: all of it is told at once, with what exists instead."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from mainstay.errors import Detail, ValidationError
from tests.engine.world import World


def codes(error: Any) -> dict[str, str]:
    """The code for each field that the error names."""
    return {detail.field: detail.code for detail in error.details}


@pytest.mark.requirement("A1.10", "A3.01")
async def test_every_mistake_is_told_at_once_with_the_nearest_name(there: World) -> None:
    ask = [
        ("plase", "1"),
        ("place[like]", "1"),
        ("rank", "one"),
        ("day", "2026-02-30"),
        ("label[is_null]", "yes"),
        ("place", "1"),
        ("place", "2"),
        ("limit", "51"),
        ("sort", "rnak,place,place"),
        ("fields", "number,plce"),
        ("count", "all"),
    ]
    error = await there.refused("entries.list", ask=ask)
    assert type(error) is ValidationError
    assert codes(error) == {
        "plase": "unknown_parameter",
        "place[like]": "unknown_parameter",
        "rank": "wrong_type",
        "day": "wrong_type",
        "label[is_null]": "wrong_type",
        "place": "given_twice",
        "limit": "wrong_value",
        "sort": "given_twice",
        "fields": "unknown_field",
        "count": "wrong_value",
    }
    messages = {detail.message for detail in error.details}
    assert "is not a parameter here; did you mean place?" in messages
    assert "names 'rnak', which cannot be chosen; did you mean rank?" in messages
    assert "names 'plce', which cannot be chosen; did you mean place?" in messages
    assert there.database.ran == []


async def test_an_operator_that_a_field_does_not_have_is_told_with_those_it_has(there: World) -> None:
    for name in ("place[like]", "place[greater]", "place[", "place[eq]"):
        error = await there.refused("entries.list", ask={name: "1"})
        (detail,) = error.details
        operators = there.application.resource("entries").filters
        of_place = next(one.operators for one in operators if one.name == "place")
        names = ["place" if operator == "eq" else f"place[{operator}]" for operator in of_place]
        assert detail.message == f"is not a parameter here; place is asked for by {', '.join(names)}"
    (detail,) = (await there.refused("entries.list", ask={"plase[like]": "1"})).details
    assert "did you mean place" in detail.message


async def test_a_page_too_far_is_told_with_what_leads_there(there: World) -> None:
    (detail,) = (await there.refused("entries.list", ask={"page": "202", "limit": "50"})).details
    assert detail.message == "passes over more than 10000 rows; ask without page and follow `next`"


CANNOT_BE_ASKED: list[dict[str, Any]] = [
    {"limit": "0"},
    {"limit": "-1"},
    {"limit": "51"},
    {"limit": "1e1"},
    {"limit": "9" * 400},
    {"limit": "\u0661"},
    {"limit": ""},
    {"page": "0"},
    {"page": "10001"},
    {"page": "202", "limit": "50"},
    {"page": "1", "cursor": "x"},
    {"sort": "number"},
    {"sort": "rank,"},
    {"sort": "--rank"},
    {"sort": "rank,place,label,day"},
    {"sort": "rank,-rank"},
    {"fields": "secret"},
    {"fields": ","},
    {"include": "team"},
    {"count": ""},
    {"q": "x"},
    {"place": "9" * 19},
    {"place": "9" * 5000},
    {"place": "1.0"},
    {"place": ""},
    {"place[in]": "1,,2"},
    {"label": "\x00"},
    {"label": "\ud800"},
    {"label[starts_with]": "a\x00"},
    {"label[contains]": "a"},
    {"day": "0000-01-01"},
    {"": ""},
    {"place[eq]": "1"},
]


async def test_what_cannot_be_asked_is_a_400_before_anything_runs(there: World) -> None:
    for ask in CANNOT_BE_ASKED:
        error = await there.refused("entries.list", ask=ask)
        assert error.status == 400, ask
        assert error.details, ask
    assert there.database.ran == []


BEYOND_THEIR_KIND: list[dict[str, Any]] = [
    {"decimal": "1e5"},
    {"decimal": "NaN"},
    {"decimal": "Infinity"},
    {"decimal": "1" * 40},
    {"decimal": "1" * 33 + ".12345"},
    {"decimal": "0.0001"},
    {"decimal": "1000000"},
    {"money": "1.5"},
    {"money": "9" * 30},
    {"real": "nan"},
    {"real": "inf"},
    {"real": "1e999"},
    {"number": str(2**63)},
    {"moment": "2026-11-21T18:30:00"},
    {"moment": "0001-01-01T00:00:00+14:00"},
    {"moment": "9999-12-31T23:59:59-12:00"},
    {"time": "18:30:00Z"},
    {"time": "24:30"},
    {"identifier": "{00000000-0000-0000-0000-000000000000}"},
    {"identifier": "0" * 32},
    {"choice": "purple"},
    {"flag": "1"},
    {"email": "nobody"},
    {"url": "javascript:alert(1)"},
    {"size": "1"},
    {"secret": "x"},
]


async def test_values_beyond_their_kind_are_a_400(there: World) -> None:
    for ask in BEYOND_THEIR_KIND:
        error = await there.refused("blanks.list", ask=ask)
        assert error.status == 400, ask
    assert there.database.ran == []


async def test_moments_are_asked_for_in_any_zone(there: World) -> None:
    at = dt.datetime(2026, 11, 21, 18, 30, tzinfo=dt.UTC)
    await there.insert("blanks", {"id": uuid.UUID(int=1), "moment": at})
    for text in ("2026-11-21T18:30:00Z", "2026-11-21T19:30:00+01:00", "2026-11-21T13:00:00-05:30"):
        assert len((await there.call("blanks.list", ask={"moment": text})).data) == 1, text
    assert len((await there.call("blanks.list", ask={"moment": "2026-11-21T18:30:00.000001Z"})).data) == 0


@pytest.mark.requirement("A3.01")
async def test_a_hostile_number_of_mistakes_is_told_in_part_and_at_once(there: World) -> None:
    ask = [(f"{'x' * 300}{number}", "1") for number in range(5000)]
    error = await there.refused("entries.list", ask=ask)
    assert len(error.details) == 32
    assert max(len(detail.field) for detail in error.details) <= 100
    body: dict[str, Any] = {f"{'y' * 300}{number}": 1 for number in range(5000)}
    error = await there.refused("entries.create", body=body)
    assert len(error.details) == 32
    assert max(len(detail.field) for detail in error.details) <= 100


async def test_a_body_that_is_no_object_is_a_400(there: World) -> None:
    bodies: list[Any] = [None, [], "x", 1, True, 1.5]
    for body in bodies:
        error = await there.refused("entries.create", body=body)
        assert error.details == (Detail("", "wrong_type", "the body must be a JSON object; it is not one"),)


async def test_a_missing_body_is_a_400_and_a_wrong_key_is_told_with_it(there: World) -> None:
    error = await there.refused("entries.update", "x", ask={"force": "1"})
    assert codes(error) == {"number": "wrong_type", "": "wrong_type", "force": "unknown_parameter"}


@pytest.mark.requirement("A1.10")
async def test_a_body_is_told_every_mistake_in_it(there: World) -> None:
    body = {"rank": "one", "label": "", "day": 5, "plase": 1, "number": 3, "starts": 2**64, "ends": 1.5}
    error = await there.refused("entries.create", body=body)
    found = codes(error)
    assert found.keys() == {"place", "rank", "label", "day", "plase", "number", "starts", "ends"}
    assert found["place"] == "required"
    assert found["plase"] == "unknown_field"
    assert found["number"] == "not_writable"
    assert found["rank"] == "wrong_type"
    assert there.database.ran == []


WRONG_BODIES: list[dict[str, Any]] = [
    {"decimal": "1e5"},
    {"decimal": 1.5},
    {"decimal": 10**30},
    {"decimal": "1" * 33 + ".12345"},
    {"decimal": "0.0001"},
    {"money": {"amount": "1.5", "currency": "JPY"}},
    {"money": {"amount": "1", "currency": "EUR"}},
    {"money": {"amount": 1, "currency": "JPY"}},
    {"money": {"amount": "1", "currency": "JPY", "x": 1}},
    {"money": "1"},
    {"real": "1"},
    {"real": True},
    {"real": float("nan")},
    {"real": float("inf")},
    {"real": 10**400},
    {"number": 2**63},
    {"number": -(2**63) - 1},
    {"number": 1.0},
    {"number": True},
    {"flag": 1},
    {"flag": "true"},
    {"text": "a\x00b"},
    {"text": "\udc00"},
    {"text": 5},
    {"moment": "2026-11-21T18:30:00"},
    {"moment": 5},
    {"size": {"width": "x"}},
    {"size": []},
    {"words": {"a": 1}},
    {"slug": "Not A Slug"},
    {"secret": ""},
    {"label_id": "x"},
    {"choice": "purple"},
]


async def test_values_in_a_body_beyond_their_kind_are_a_400(there: World) -> None:
    for wrong in WRONG_BODIES:
        error = await there.refused("blanks.create", body=wrong)
        assert error.status == 400, wrong
        assert error.details, wrong
    assert there.database.ran == []
