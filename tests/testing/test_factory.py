"""Rows that are made for tests: valid, repeatable, with what they refer to."""

from __future__ import annotations

import datetime as dt
import importlib
from decimal import Decimal
from typing import Any

import pytest

from mainstay import Mainstay, Resource, Settings
from mainstay.testing import Backend, Client, Databases, Factory
from tests.testing.library import Book, Loan, Notes, Reader, Shelf, Talk, Topic

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def test_a_row_has_valid_values_and_the_rows_that_it_refers_to(client: Client, make: Factory) -> None:
    with client.changes() as changed:
        loan = make(Loan)
    assert changed == {table: {"created": 1} for table in ("loans", "books", "shelves", "readers")}
    book = client.get(f"/api/v1/books/{loan.book_id}").json()["data"]
    assert (book["title"], book["kind"], book["cover"]) == ("title 1", "novel", None)
    assert 10 <= book["pages"] <= 5000
    assert loan.created_at.tzinfo is not None


def test_what_is_given_is_taken_and_only_the_rest_is_made(client: Client, make: Factory) -> None:
    shelf, ada = make(Shelf, label="by-the-window"), make(Reader, name="Ada")
    with client.changes() as changed:
        book = make(Book, title="Emma", shelf=shelf, price="12.50", notes=["dull", "no, good"])
        loan = make(Loan, book=book, reader_id=ada, days=3)
    assert changed == {"books": {"created": 1}, "loans": {"created": 1}}
    (row,) = changed["books"].created
    assert (row["title"], row["price"], row["notes"]) == ("Emma", Decimal("12.50"), Notes(["dull", "no, good"]))
    assert (row["shelf_number"], loan.reader_id) == (shelf.number, ada.id)


def test_what_must_be_unique_is_and_the_same_test_makes_the_same_rows(backend: Backend) -> None:
    def made() -> list[tuple[Any, ...]]:
        backend.reset()
        make = Factory(backend)
        readers, books = make.many(Reader, 5), make.many(Book, 20, title=lambda number: f"Part {number}")
        return [
            *((one.email, one.name, one.region) for one in readers),
            *((one.title, one.pages, one.price, one.kind, one.cover, one.shelf_number) for one in books),
        ]

    first = made()
    assert made() == first
    assert len({row[0] for row in first}) == 25
    assert len({row[1] for row in first[5:]}) >= 3
    assert {row[4] is None for row in first[5:]} == {True, False}
    backend.reset()
    other = Factory(backend, seed=2).many(Book, 20, title=lambda number: f"Part {number}")
    assert [one.pages for one in other] != [row[1] for row in first[5:]]


def test_mistakes_are_told_with_what_would_be_right(make: Factory) -> None:
    with pytest.raises(TypeError, match="Book has no attribute titel that can be set; did you mean title"):
        make(Book, titel="x")
    with pytest.raises(ValueError, match=r"Book\.pages cannot be 5: Input should be greater than or equal to 10"):
        make(Book, pages=5)
    with pytest.raises(ValueError, match=r"Loan\(days=500\) cannot be made: .*long_loans_have_a_reason"):
        make(Loan, days=500)
    for wrong in ("Book", dict, Book()):
        with pytest.raises(TypeError, match="make takes a model, and was given"):
            make(wrong)
    with pytest.raises(ValueError, match=r"Reader\(email='ada@example.com'\) cannot be made"):
        make.many(Reader, 2, email="ada@example.com")


def test_rows_that_cannot_be_made_leave_nothing(client: Client, make: Factory) -> None:
    with client.changes() as changed, pytest.raises(ValueError, match="cannot be made"):
        make(Loan, days=500)
    assert changed == {}


def test_an_account_without_a_password_cannot_sign_in(client: Client, make: Factory) -> None:
    ada = make(Reader)
    given = {"email": ada.email, "password": "!"}
    assert client.post("/api/v1/auth/sign-in", json=given).status_code == 401


def test_two_factories_of_one_test_do_not_make_the_same(backend: Backend) -> None:
    assert [Factory(backend)(Reader).email for _ in range(2)] == ["reader-1@example.com", "reader-2@example.com"]


def test_no_row_among_many_is_disabled(make: Factory) -> None:
    assert {one.disabled_at for one in make.many(Reader, 20)} == {None}


def test_a_row_is_made_with_the_rows_that_refer_to_it(client: Client, make: Factory) -> None:
    with client.changes() as changed:
        topic = make(Topic, talks=[Talk(), Talk()])
    assert changed == {"topics": {"created": 1}, "talks": {"created": 2}}
    assert {row["topic_word"] for row in changed["talks"].created} == {topic.word} == {"topic-1"}


def test_moments_and_rows_within_rows(make: Factory) -> None:
    outer = make(Shelf)
    inner = make(Shelf, inside=outer)
    assert (outer.inside, inner.inside) == (None, outer.number)
    assert make(Loan, until=dt.datetime(2027, 1, 1, tzinfo=dt.UTC)).until.year == 2027


@pytest.mark.parametrize("name", ["everything", "foreign", "meals"])
def test_every_model_of_an_application_has_rows(name: str) -> None:
    resources = importlib.import_module(f"tests.apps.{name}").RESOURCES
    models = {resource.model() for resource in resources if issubclass(resource, Resource)}
    databases = Databases("sqlite")
    try:
        make = Factory(databases.backend(Mainstay(resources=resources, settings=Settings(log="off"))))
        assert [len(make.many(model, 5)) for model in models] == [5] * len(models)
    finally:
        databases.close()
