"""Computed and derived fields as data: kinds, forms, what they are under, and the indexes that they need."""

from __future__ import annotations

import json

import pytest

from mainstay import compiler
from mainstay.interchange import from_json, to_json
from mainstay.operation import Counted
from tests.apps import reviews

MADE = compiler.compile(reviews.RESOURCES)
BOOKS = MADE.application.resource("books")


@pytest.mark.parametrize(
    "name, kind, nullable",
    [
        ("stars", "float", True),
        ("reviewed", "integer", False),
        ("worst", "integer", True),
        ("latest", "moment", True),
        ("earned", "money", False),
        ("paid_each", "float", True),
        ("wished", "boolean", False),
        ("cheap", "boolean", True),
        ("worth", "decimal", True),
        ("per_copy", "float", True),
        ("fame", "text", False),
        ("stands", "derived", False),
        ("tag", "derived", True),
    ],
)
def test_the_kind_of_what_is_worked_out(name: str, kind: str, nullable: bool) -> None:
    field = BOOKS.field(name)
    assert (field.kind, field.nullable, field.writable) == (kind, nullable, "never")


@pytest.mark.parametrize(
    "name, counted",
    [
        ("stars", (Counted("reviews", ("reviews",)),)),
        ("earned", (Counted("reviews", ("reviews", "reviews.paid")),)),
        ("every_star", ()),
        ("wished", ()),
        ("praised", (Counted("readers", ("readers",)), Counted("reviews", ("reviews",)))),
    ],
)
def test_the_policies_that_rows_count_under(name: str, counted: tuple[Counted, ...]) -> None:
    computed = BOOKS.field(name).computed
    assert computed is not None
    assert computed.counted == counted


def test_a_field_is_read_by_whoever_reads_the_columns_that_it_is_made_of() -> None:
    assert BOOKS.field("margin").read == BOOKS.field("earns").read == BOOKS.field("cost").read


def test_the_form_of_a_derived_field_is_that_of_what_its_function_returns() -> None:
    assert BOOKS.field("stands").form.json_schema()["properties"]["number"] == {"title": "Number", "type": "integer"}
    assert BOOKS.field("tag").form.json_schema() == {"type": "string"}
    assert BOOKS.field("tag").description == "The words on the price tag."


def test_the_subqueries_have_their_indexes() -> None:
    of_reviews = [index.columns for index in MADE.application.table("reviews").indexes]
    assert (("book_id", False), ("reader_id", False)) in of_reviews
    assert any(index.columns[0] == ("seller_id", False) for index in MADE.application.table("books").indexes)


def test_to_json_and_back() -> None:
    assert from_json(json.loads(json.dumps(to_json(MADE.application)))) == MADE.application
