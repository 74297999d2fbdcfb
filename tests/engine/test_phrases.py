"""What is wrong with a body is told in the words of this API, with what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.errors import ValidationError
from tests.engine.world import World

WRONG: list[tuple[str, Any, str]] = [
    ("slug", "Not A Slug", "is not lower-case letters and digits with single hyphens between them"),
    ("slug", "", "is shorter than 1 character"),
    ("text", "x" * 121, "is longer than 120 characters"),
    ("text", 5, "is not text"),
    ("text", None, "cannot be null"),
    ("email", 5, "is not an address such as ada@example.com"),
    ("flag", "yes", "is not true or false"),
    ("flag", None, "cannot be null; give true or false"),
    ("choice", "pink", "is not one of red, green, blue"),
    ("number", 1.5, "is not a whole number"),
    ("number", -101, "is less than -100"),
    ("identifier", "x", "is not a UUID such as 019a0b1c-2d3e-7f40-8152-637485960718"),
    ("day", "tomorrow", "is not a date such as 2026-11-21"),
]


@pytest.mark.parametrize("field, value, words", WRONG)
async def test_a_wrong_value_is_told_with_what_would_be_right(there: World, field: str, value: Any, words: str) -> None:
    refused = await there.refused("samples.update", 1, body={field: value})
    assert isinstance(refused, ValidationError)
    assert [(item.field, item.message) for item in refused.details] == [(field, words)]
