"""Lists in bodies as the OpenAPI document describes them, and over REST."""

from __future__ import annotations

from typing import Any

from mainstay import compiler
from mainstay.projections.rest.openapi import document
from tests.apps import meals


def test_a_list_in_a_body_is_described_with_what_each_of_its_objects_holds() -> None:
    application = compiler.compile(meals.RESOURCES).application
    schemas: dict[str, Any] = document(application)["components"]["schemas"]
    whole = schemas["WholeDinner"]
    assert {"ingredients", "courses", "words", "guest_names"} <= set(whole["required"])
    ingredients = whole["properties"]["ingredients"]
    assert (ingredients["type"], ingredients["maxItems"]) == ("array", 20)
    assert ingredients["items"] == {"$ref": "#/components/schemas/WholeIngredientOfDinner"}
    line = schemas["WholeIngredientOfDinner"]
    assert set(line["properties"]) == {"id", "name", "amount", "note", "origin", "food_id", "swaps"}
    assert line["required"] == ["name"]
    changed = schemas["ChangedIngredientOfDinner"]
    assert "_delete" in changed["properties"]
    assert not changed["required"]
    words = whole["properties"]["words"]
    assert (words["type"], words["maxItems"], words["uniqueItems"]) == ("array", 100, True)
    assert words["items"]["type"] == "string"
    deepest = schemas["NewCourseOfCourseOfCourseOfDinner"]["properties"]
    assert "parts" in schemas["NewCourseOfCourseOfDinner"]["properties"]
    assert "parts" not in deepest
