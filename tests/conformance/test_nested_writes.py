"""Rows written with the row that owns them, and links, whoever calls: all of them, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from mainstay.cli.through import Through
from tests.conformance.house import House, house
from tests.engine.test_owned_rows import ANN, BEN, HIDDEN, people


@pytest.fixture
async def kitchen(module_database_url: str, through: Through) -> AsyncIterator[House]:
    """The application of meals, on an empty database, behind one caller."""
    async with house(module_database_url, through, "meals") as made:
        await people(made.there)
        yield made


SUPPER: dict[str, Any] = {
    "title": "Supper",
    "ingredients": [{"name": "rice", "amount": 2}, {"name": "peas", "swaps": [{"name": "beans"}]}],
    "words": ["quick", "warm"],
}
MEAL = {"meal_meals": (1, 0, 0), "meal_ingredients": (1, 0, 0)}
MADE = {
    "meal_meals": (1, 0, 0),
    "meal_ingredients": (2, 0, 0),
    "meal_swaps": (1, 0, 0),
    "meal_words": (2, 0, 0),
    "meal_meal_words": (2, 0, 0),
}


async def supper(at: House) -> str:
    """The key of a new meal."""
    told = await at.call("meals.create", by=ANN, body=SUPPER, changes=MADE, statements=9)
    assert told.status == 201
    key: str = told.data["id"]
    return key


async def ingredients(at: House) -> list[dict[str, Any]]:
    """What the meals are made of, in order."""
    rows: list[dict[str, Any]] = (await at.call("ingredients.list", by=ANN, statements=1)).data
    return rows


async def test_a_row_is_made_with_its_own_and_its_links(kitchen: House) -> None:
    await supper(kitchen)
    assert [row["name"] for row in await ingredients(kitchen)] == ["rice", "peas"]
    by_word = await kitchen.call("meals.list", by=ANN, ask={"words.slug": "warm"}, statements=1)
    assert [row["title"] for row in by_word.data] == ["Supper"]


async def test_a_whole_replaces_and_a_change_merges(kitchen: House) -> None:
    key = await supper(kitchen)
    rice, peas = await ingredients(kitchen)
    body = {"ingredients": [{"id": rice["id"], "amount": 5}, {"name": "salt"}]}
    changes = {"meal_meals": (0, 1, 0), "meal_ingredients": (1, 1, 0)}
    assert (await kitchen.call("meals.update", key, by=ANN, body=body, changes=changes)).status == 200
    assert [(row["name"], row["amount"]) for row in await ingredients(kitchen)] == [
        ("rice", 5),
        ("peas", 1),
        ("salt", 1),
    ]
    whole: dict[str, Any] = {
        "title": "Supper",
        "words": [],
        "courses": [],
        "guest_names": [],
        "ingredients": [{"id": peas["id"], "name": "peas", "amount": 3, "swaps": []}],
    }
    changes = {
        "meal_meals": (0, 1, 0),
        "meal_ingredients": (0, 1, 2),
        "meal_swaps": (0, 0, 1),
        "meal_meal_words": (0, 0, 2),
    }
    assert (await kitchen.call("meals.replace", key, by=ANN, body=whole, changes=changes)).status == 200
    assert [(row["name"], row["amount"]) for row in await ingredients(kitchen)] == [("peas", 3)]


@pytest.mark.requirement("A1.10")
async def test_a_mistake_is_told_with_its_place_and_nothing_is_written(kitchen: House) -> None:
    wrong = [{"name": "rice", "amount": 0}, {"amount": 1}, {"name": "x", "colour": "red"}]
    told = await kitchen.call("meals.create", by=ANN, body={"title": "", "ingredients": wrong}, statements=0)
    assert told.status == 400
    assert {field for field, _ in told.details} == {
        "title",
        "ingredients[0].amount",
        "ingredients[1].name",
        "ingredients[2].colour",
    }


async def test_one_row_that_cannot_be_written_undoes_all(kitchen: House) -> None:
    twice = [{"name": "rice"}, {"name": "rice"}]
    told = await kitchen.call("meals.create", by=ANN, body={"title": "t", "ingredients": twice})
    assert told.status == 409
    assert told.details[0][0].startswith("ingredients[1]")


@pytest.mark.requirement("A3.17", "A3.20")
async def test_each_row_stands_under_its_own_policy(kitchen: House) -> None:
    much = [{"name": "rice"}, {"name": "gold", "amount": 100}]
    told = await kitchen.call("meals.create", by=ANN, body={"title": "t", "ingredients": much})
    assert (told.status, told.details[0][0]) == (403, "ingredients[1]")
    unread = [{"name": "truffle", "food_id": str(HIDDEN)}]
    told = await kitchen.call("meals.create", by=ANN, body={"title": "t", "ingredients": unread})
    assert (told.status, told.details[0][0]) == (422, "ingredients[0].food_id")
    key = await supper(kitchen)
    mine = {"title": "Mine", "ingredients": [{"name": "salt"}]}
    other = (await kitchen.call("meals.create", by=BEN, body=mine, changes=MEAL)).data["id"]
    stolen = (await ingredients(kitchen))[0]["id"]
    body = {"ingredients": [{"id": stolen, "amount": 9}]}
    assert (await kitchen.call("meals.update", other, by=BEN, body=body)).status == 422
    assert (await kitchen.call("meals.update", key, by=BEN, body=body)).status == 404


async def test_a_row_cannot_be_a_variant_of_itself(kitchen: House) -> None:
    key = await supper(kitchen)
    body = {"title": "Another", "variant_of_id": key}
    other = (await kitchen.call("meals.create", by=ANN, body=body, changes={"meal_meals": (1, 0, 0)})).data["id"]
    told = await kitchen.call("meals.update", key, by=ANN, body={"variant_of_id": other})
    assert (told.status, told.details[0][0]) == (422, "variant_of_id")
