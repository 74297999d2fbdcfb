"""Computed and derived fields: what they come to on both databases, and that they tell nobody of hidden rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from mainstay.actor import NOBODY, Actor
from tests.engine.world import World

ANNA, BERT, CARL = (Actor(UUID(int=number)) for number in (1, 2, 3))
STAFF = Actor(UUID(int=4), roles=frozenset({"staff"}))
NAMES = {ANNA: "anna", BERT: "bert", CARL: "carl", STAFF: "dora"}
ATLAS, BIBLE, COMIC, DIARY = (UUID(int=number) for number in (11, 12, 13, 14))
MOMENT = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
LARGEST = 2**63 - 1
BOOKS: list[dict[str, Any]] = [
    {"id": ATLAS, "title": "Atlas", "price": Decimal("19.90"), "copies": 3, "cost": Decimal("7.125"), "shelf": "b 12"},
    {"id": BIBLE, "title": "Bible", "price": Decimal("0.00"), "copies": 0, "cost": None, "shelf": "c"},
    {"id": COMIC, "title": "Comic", "price": None, "copies": None, "cost": Decimal("1.500"), "shelf": "a 1"},
    {
        "id": DIARY,
        "title": "Diary",
        "price": Decimal("9.99"),
        "copies": LARGEST,
        "cost": Decimal("9.99"),
        "shelf": "a 2",
    },
]


async def filled(shop: World) -> World:
    """The shop with four books, and reviews of which one is hidden and one hidden to others."""
    await shop.insert("readers", *[{"id": who.id, "name": name, "listed": who != CARL} for who, name in NAMES.items()])
    await shop.insert("books", *[{**book, "open": True, "seller_id": ANNA.id, "version": 1} for book in BOOKS])
    told = [
        (ATLAS, ANNA, 5, Decimal("19.90"), True),
        (ATLAS, BERT, 4, Decimal("0.10"), True),
        (ATLAS, CARL, 1, None, False),
        (BIBLE, BERT, 2, None, None),
        (DIARY, CARL, 4, Decimal("5.00"), True),
    ]
    reviews = [
        {
            "id": UUID(int=100 + number),
            "book_id": book,
            "reader_id": who.id,
            "stars": stars,
            "paid": paid,
            "shown": shown,
        }
        | {"written_at": MOMENT + dt.timedelta(days=number)}
        for number, (book, who, stars, paid, shown) in enumerate(told)
    ]
    await shop.insert("reviews", *reviews)
    await shop.insert("wishes", *[{"book_id": ATLAS, "reader_id": who.id} for who in (BERT, CARL)])
    return shop


async def field(shop: World, name: str, by: Actor = NOBODY) -> dict[str, Any]:
    """One field of every book, by the first letter of its title; those that do not answer it are left out."""
    books = await shop.data("books.list", by=by, ask={"fields": f"title,{name}"})
    return {book["title"][0]: book[name] for book in books if name in book}


EUROS = {"currency": "EUR"}


@pytest.mark.parametrize(
    "name, by, values",
    [
        ("stars", NOBODY, [4.5, None, None, 4.0]),
        ("stars", BERT, [4.5, 2.0, None, 4.0]),
        ("stars", CARL, [10 / 3, None, None, 4.0]),
        ("every_star", BERT, [10 / 3, 2.0, None, 4.0]),
        ("reviewed", NOBODY, [2, 0, 0, 1]),
        ("reviewed", CARL, [3, 0, 0, 1]),
        ("worst", NOBODY, [4, None, None, 4]),
        ("worst", CARL, [1, None, None, 4]),
        ("latest", NOBODY, ["2026-05-02T12:00:00Z", None, None, "2026-05-05T12:00:00Z"]),
        ("earned", NOBODY, [{"amount": "0.00"}, {"amount": "0.00"}, {"amount": "0.00"}, {"amount": "0.00"}]),
        ("earned", BERT, [{"amount": "0.10"}, {"amount": "0.00"}, {"amount": "0.00"}, {"amount": "0.00"}]),
        ("earned", STAFF, [{"amount": "20.00"}, {"amount": "0.00"}, {"amount": "0.00"}, {"amount": "5.00"}]),
        ("paid_each", STAFF, [10.0, None, None, 5.0]),
        ("wished", NOBODY, [False, False, False, False]),
        ("wished", BERT, [True, False, False, False]),
        ("wishes", NOBODY, [2, 0, 0, 0]),
        ("mine", BERT, [True, True, False, False]),
        ("panned", NOBODY, [False, False, False, False]),
        ("panned", CARL, [True, False, False, False]),
        ("praised", NOBODY, [2, 0, 0, 0]),
        ("praised", CARL, [2, 0, 0, 1]),
        ("worth", NOBODY, ["59.70", "0.00", None, None]),
        ("per_copy", NOBODY, [19.9 / 3, None, None, 9.99 / LARGEST]),
        ("margin", ANNA, ["12.775", None, None, "0.000"]),
        ("cheap", NOBODY, [False, True, None, True]),
        ("fame", NOBODY, ["little known", "little known", "free", "little known"]),
        ("fame", CARL, ["famous", "little known", "free", "little known"]),
        ("stands", NOBODY, [{"row": "b", "number": 12}, {"row": "c", "number": 0}, {"row": "a", "number": 1}, None]),
        ("tag", NOBODY, ["Atlas: 19.90", "Bible: 0.00", None, "Diary: 9.99"]),
        ("earns", ANNA, ["12.775", None, None, "0.000"]),
    ],
)
async def test_values(shop: World, name: str, by: Actor, values: list[Any]) -> None:
    await filled(shop)
    expected = dict(zip("ABCD", values, strict=True))
    if name == "earned":
        expected = {title: value | EUROS for title, value in expected.items()}
    if name == "stands":
        expected["D"] = {"row": "a", "number": 2}
    assert await field(shop, name, by) == expected
    assert shop.last.statements == 1


async def test_what_is_made_of_a_column_that_may_not_be_read_is_left_out(shop: World) -> None:
    await filled(shop)
    assert await field(shop, "margin", BERT) == {}
    assert await field(shop, "earns", BERT) == {}
    assert await field(shop, "every_star") == {}
    assert not await shop.data("books.list", by=BERT, ask={"sort": "margin"})
    assert not await shop.data("books.list", by=BERT, ask={"margin[gte]": "0"})


async def test_a_hidden_column_is_read_for_a_derived_field_alone(shop: World) -> None:
    await filled(shop)
    (book,) = await shop.data("books.list", ask={"title": "Atlas"})
    assert "shelf" not in book
    assert book["stands"] == {"row": "b", "number": 12}


@pytest.mark.parametrize(
    "ask, by, titles",
    [
        ({"stars[gte]": "4"}, NOBODY, "DA"),
        ({"stars[gte]": "4"}, CARL, "D"),
        ({"stars": "2"}, BERT, "B"),
        ({"stars": "2"}, NOBODY, ""),
        ({"stars[is_null]": "true"}, NOBODY, "CB"),
        ({"reviewed[in]": "1,2"}, NOBODY, "DA"),
        ({"wished": "true"}, BERT, "A"),
        ({"wished": "false"}, BERT, "DCB"),
        ({"wished": "true"}, NOBODY, ""),
        ({"earned[gt]": "0"}, BERT, "A"),
        ({"margin": "12.775"}, ANNA, "A"),
        ({"fame[starts_with]": "fam"}, CARL, "A"),
        ({"fame": "free", "stars[is_null]": "true"}, NOBODY, "C"),
    ],
)
async def test_filters(shop: World, ask: dict[str, str], by: Actor, titles: str) -> None:
    await filled(shop)
    answer = await shop.call("books.list", by=by, ask={**ask, "count": "exact"})
    assert "".join(book.title[0] for book in answer.data) == titles
    assert answer.meta is not None
    assert answer.meta.total == len(titles)
    assert shop.last.statements == 2


@pytest.mark.parametrize(
    "sort, by, titles",
    [
        ("stars", NOBODY, "BCDA"),
        ("-stars", NOBODY, "ADCB"),
        ("stars", CARL, "BCAD"),
        ("-every_star,title", BERT, "DABC"),
        ("every_star,-title", BERT, "CBAD"),
        ("-reviewed", NOBODY, "ADCB"),
        ("latest,title", NOBODY, "BCAD"),
        ("margin,title", ANNA, "BCDA"),
        ("-worth,title", NOBODY, "ABCD"),
        ("fame,-title", CARL, "ACDB"),
        ("cheap,-title", NOBODY, "CADB"),
    ],
)
async def test_sorts_page_by_page(shop: World, sort: str, by: Actor, titles: str) -> None:
    await filled(shop)
    found, back, cursor = "", "", None
    while True:
        answer = await shop.call(
            "books.list", by=by, ask={"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
        )
        assert answer.meta is not None
        found += answer.data[0].title[0]
        cursor = answer.meta.next
        if cursor is None:
            break
    while answer.meta is not None and answer.meta.previous is not None:
        answer = await shop.call("books.list", by=by, ask={"sort": sort, "limit": 1, "cursor": answer.meta.previous})
        back += answer.data[0].title[0]
    assert found == titles
    assert titles[-1] + back == titles[::-1]


async def test_a_write_answers_what_is_computed_of_the_row_as_it_has_become(shop: World) -> None:
    await filled(shop)
    changed = await shop.data("books.update", ATLAS, by=ANNA, body={"price": "10.00", "shelf": "z 9"})
    assert (changed["worth"], changed["stars"], changed["stands"]) == ("30.00", 4.5, {"row": "z", "number": 9})
    assert changed["margin"] == "2.875"
    made = await shop.data("books.create", by=BERT, body={"title": "Essays", "price": "1.00"})
    assert (made["reviewed"], made["stars"], made["tag"], made["wished"]) == (0, None, "Essays: 1.00", False)


async def test_the_tag_of_an_answer_tells_when_what_is_computed_changes(shop: World) -> None:
    await filled(shop)
    before = (await shop.call("books.get", ATLAS)).version
    assert (await shop.call("books.get", ATLAS)).version == before
    review = {"book_id": str(ATLAS), "stars": 1, "shown": True, "written_at": "2026-06-01T00:00:00Z"}
    await shop.call("reviews.create", by=STAFF, body=review)
    after = (await shop.call("books.get", ATLAS)).version
    assert after != before
    assert (after or "").partition(".")[0] == (before or "").partition(".")[0]


async def test_included_rows_have_their_computed_fields(shop: World) -> None:
    await filled(shop)
    (book,) = await shop.data("books.list", ask={"title": "Atlas", "include": "seller", "fields": "title"})
    assert book["seller"]["on_sale"] == 4
    assert shop.last.statements == 1


async def test_included_rows_of_many_have_their_computed_fields(shop: World) -> None:
    await filled(shop)
    readers = await shop.data("readers.list", by=CARL, ask={"include": "books"})
    books = {book["title"]: book for reader in readers for book in reader["books"]}
    assert [books[title]["stars"] for title in ("Atlas", "Bible", "Comic", "Diary")] == [10 / 3, None, None, 4.0]
    assert books["Atlas"]["stands"] == {"row": "b", "number": 12}
    assert shop.last.statements == 2


async def test_a_sum_that_64_bits_do_not_hold_is_null(shop: World) -> None:
    await filled(shop)
    most = Decimal("9999999999999999.99")
    await shop.run("DELETE FROM reviews")
    reviews = [
        {"id": UUID(int=number), "book_id": ATLAS, "reader_id": ANNA.id, "stars": 1, "paid": most, "shown": True}
        for number in range(200, 210)
    ]
    await shop.insert("reviews", *[{**review, "written_at": MOMENT} for review in reviews[:9]])
    assert (await field(shop, "earned", STAFF))["A"] == {"amount": "89999999999999999.91"} | EUROS
    await shop.insert("reviews", {**reviews[9], "written_at": MOMENT})
    assert (await field(shop, "earned", STAFF))["A"] == {"amount": "0.00"} | EUROS
