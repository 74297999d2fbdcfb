"""The applications whose OpenAPI documents are looked at: the examples, and those that the tests have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from examples.orders.app import app as orders
from examples.recipes import app as recipes
from mainstay import Mainstay
from tests.accounts import app as notes
from tests.app.kitchen import kitchen
from tests.apps import bank, desk, everything, foreign, gazette, meals, reviews, shop
from tests.apps.publishing import application as publishing


def of(name: str, resources: Sequence[type[Any]]) -> Callable[[str], Mainstay]:
    """An application of these resources alone."""
    return lambda database: Mainstay(name=name, resources=resources, database=database)


APPLICATIONS: dict[str, Callable[[str], Mainstay]] = {
    "recipes": recipes.application,
    "orders": orders.on,
    "notes": notes.application,
    "publishing": publishing.application,
    "kitchen": kitchen,
    "everything": everything.application,
    "foreign": foreign.application,
    "gazette": gazette.application,
    "bank": of("Bank", bank.RESOURCES),
    "desk": of("Desk", desk.RESOURCES),
    "meals": of("Meals", meals.RESOURCES),
    "reviews": of("Reviews", reviews.RESOURCES),
    "shop": of("Shop", shop.RESOURCES),
}
"""What makes each of them, on a database."""


def document(name: str, database: str) -> Any:
    """The document of one of them, as callers get it."""
    return msgspec.json.decode(msgspec.json.encode(APPLICATIONS[name](database).openapi()))
