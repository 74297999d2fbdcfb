"""What follows from policies by their form alone, and which policies of computed fields hide nothing because of it."""

from __future__ import annotations

import pytest

from examples.recipes.app import app as recipes
from mainstay.compiler import compile as compiled_of
from mainstay.policy.tree import ANYONE, ActorValue, All, Any_, Column, Compare, Exists, Node, Not, Role
from mainstay.proofs.access.consequence import follows, renamed
from mainstay.proofs.access.counting import always_kept, rules
from tests.apps.reviews import RESOURCES as REVIEWS

ME = ActorValue("id")
BOOK, OPEN = Column("books", "id"), Column("books", "open")
OF_BOOK = Compare("eq", Column("notes", "book_id"), BOOK)
MINE = Compare("eq", Column("books", "seller_id"), ME)
STAFF = Role("staff")
AT_HAND = {"books": "books", "notes": "notes"}


def in_open_book(*more: Node, source: str = "books") -> Exists:
    """That a note is in a book that is open, or for which any of the others is true."""
    here = Compare("eq", Column(source, "id"), Column("notes", "book_id"))
    return Exists("books", source, All((here, Any_((Column(source, "open"), *more)))))


@pytest.mark.parametrize(
    "known, wanted",
    [
        (MINE, ANYONE),
        (All((STAFF, MINE)), Any_((MINE, OPEN))),
        (Compare("eq", ME, Column("books", "seller_id")), MINE),
        (All((OF_BOOK, OPEN)), in_open_book()),
        (All((OF_BOOK, OPEN)), in_open_book(source="held")),
        (All((OF_BOOK, Any_((OPEN, MINE)))), in_open_book(MINE)),
        (All((OF_BOOK, Any_((OPEN, STAFF)))), Any_((in_open_book(), STAFF))),
        (in_open_book(), in_open_book()),
    ],
)
def test_what_follows(known: Node, wanted: Node) -> None:
    assert follows(known, wanted, AT_HAND)


@pytest.mark.parametrize(
    "known, wanted",
    [
        (ANYONE, MINE),
        (Any_((MINE, OPEN)), MINE),
        (OPEN, in_open_book()),
        (All((OF_BOOK, Any_((OPEN, MINE)))), in_open_book()),
        (All((OF_BOOK, OPEN)), Not(in_open_book())),
        (All((Compare("ne", Column("notes", "book_id"), BOOK), OPEN)), in_open_book()),
        (Compare("lt", ME, Column("books", "seller_id")), Compare("lt", Column("books", "seller_id"), ME)),
        (in_open_book(MINE), in_open_book()),
    ],
)
def test_what_does_not_follow(known: Node, wanted: Node) -> None:
    assert not follows(known, wanted, AT_HAND)


def test_a_row_of_another_table_shows_nothing() -> None:
    assert not follows(All((OF_BOOK, OPEN)), in_open_book(), {"books": "shelves", "notes": "notes"})


def test_a_source_is_not_given_a_name_that_is_taken_inside() -> None:
    assert renamed(in_open_book(), "notes", "later") == Exists(
        "books", "books", All((Compare("eq", BOOK, Column("later", "book_id")), Any_((OPEN,))))
    )
    assert renamed(in_open_book(), "notes", "books") is None


def test_the_rows_that_count_in_the_example_are_those_of_a_recipe_that_is_read() -> None:
    found = {f"{rule.field.name}: {rule.change}" for rule in rules(recipes.application)}
    assert found == {
        "stars: rows of ratings without ratings",
        "comment_count: rows of comments without comments",
        "liked: rows of likes without likes",
    }
    assert all(always_kept(rule, recipes.application) for rule in rules(recipes.application))


def test_a_policy_that_hides_rows_that_count_is_not_taken_for_kept() -> None:
    application = compiled_of(REVIEWS).application
    kept = {rule.field.name for rule in rules(application) if always_kept(rule, application)}
    assert kept == {"mine"}
    assert {rule.field.name for rule in rules(application)} > {"mine", "stars", "earned", "praised"}
