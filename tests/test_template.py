"""Templates: what is written from them, where a value stands in that, what its schema is."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay import template

DETAILS = [
    {"field": "title", "reason": "required", "detail": "must be given"},
    {"field": "title", "reason": "too_short", "detail": "is too short"},
    {"field": "body", "reason": "wrong_type", "detail": "is no text"},
]

WRITTEN: list[tuple[Any, Any]] = [
    (
        {"errors": {"{field}": ["{detail}"]}},
        {"errors": {"title": ["must be given", "is too short"], "body": ["is no text"]}},
    ),
    ({"errors": {"{field}": "{reason}"}}, {"errors": {"title": "required", "body": "wrong_type"}}),
    (
        {"errors": [{"status": "{status}", "source": {"pointer": "/{field}"}}]},
        {"errors": [{"status": 422, "source": {"pointer": f"/{name}"}} for name in ("title", "title", "body")]},
    ),
    ({"type": "https://errors.test/{code}", "ok": False}, {"type": "https://errors.test/WRONG", "ok": False}),
    ([["{status}"], None, 1.5], [[422], None, 1.5]),
    ("{message}", "It is wrong."),
    ({"{code}": ["plain", "{code}"]}, {"{code}": ["plain", "WRONG"]}),
]


@pytest.mark.parametrize("shape, written", WRITTEN)
def test_what_is_told_of_each_detail_is_repeated(shape: Any, written: Any) -> None:
    values = {"status": 422, "code": "WRONG", "message": "It is wrong."}
    assert template.writer(shape)(values, DETAILS) == written


def test_a_value_is_found_where_its_name_stands() -> None:
    assert template.path({"meta": {"total": "{total}"}, "data": {"items": "{rows}"}}, "rows") == ("data", "items")
    assert template.path([1, "{row}"], "row") == (1,)
    assert template.path("{row}", "row") == ()
    assert template.path({"a": "x{row}"}, "row") is None


def test_a_schema_has_the_form_of_the_template() -> None:
    known: dict[str, Any] = {"rows": {"type": "array"}, "total": {"type": "integer"}, "detail": {"type": "string"}}
    assert template.schema({"of": "{total}", "kind": "list"}, known) == {
        "type": "object",
        "required": ["of", "kind"],
        "properties": {"of": {"type": "integer"}, "kind": {"const": "list"}},
    }
    assert template.schema({"{field}": ["{detail}"]}, known) == {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    }


def test_names_that_are_settled_leave_the_others() -> None:
    shape = {"{one}": "{row}", "all": ["{one}s"]}
    assert template.settled(shape, {"one": "article"}) == {"article": "{row}", "all": ["articles"]}
    assert list(template.names(shape)) == ["one", "row", "one"]
