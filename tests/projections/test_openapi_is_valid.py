"""The OpenAPI document before an independent validator, of every application that the tests have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from examples.recipes import app as recipes
from mainstay import Mainstay
from tests.app.kitchen import kitchen
from tests.apps import bank, desk, everything, foreign, gazette, meals, reviews, shop


def of(resources: Sequence[type[Any]]) -> Callable[[str], Mainstay]:
    """An application of these resources alone."""
    return lambda database: Mainstay(resources=resources, database=database)


APPLICATIONS: dict[str, Callable[[str], Mainstay]] = {
    "recipes": recipes.application,
    "kitchen": kitchen,
    "everything": everything.application,
    "foreign": foreign.application,
    "gazette": gazette.application,
    "bank": of(bank.RESOURCES),
    "desk": of(desk.RESOURCES),
    "meals": of(meals.RESOURCES),
    "reviews": of(reviews.RESOURCES),
    "shop": of(shop.RESOURCES),
}


@pytest.mark.requirement("A1.33")
@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_independent_validator_finds_no_mistake(name: str, sqlite_url: str) -> None:
    document: Any = msgspec.json.decode(msgspec.json.encode(APPLICATIONS[name](sqlite_url).openapi()))
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
