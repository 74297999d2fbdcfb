"""Books and what people say of them: every sort of computed and derived field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Interval, Len
from pydantic import BaseModel
from sqlalchemy import case, distinct, exists, func, select
from sqlalchemy.orm import Mapped, relationship

from mainstay import kinds
from mainstay.declare import (
    Model,
    Resource,
    Versioned,
    actor,
    computed,
    derived,
    descending,
    field,
    owner,
    reference,
    role,
    signed_in,
    unindexed,
    via,
    where,
)


class Reader(Model):
    """Somebody who reads."""

    __tablename__ = "readers"

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    listed: Mapped[bool] = field(default=True)
    books: Mapped[list[Book]] = relationship(back_populates="seller")


class Book(Model, Versioned):
    """A book on sale."""

    __tablename__ = "books"

    title: Mapped[Annotated[str, Len(1, 80)]]
    price: Mapped[Annotated[Decimal, kinds.Decimal(precision=9, scale=2)] | None]
    copies: Mapped[int | None]
    cost: Mapped[Annotated[Decimal, kinds.Decimal(precision=9, scale=3)] | None]
    shelf: Mapped[Annotated[str, Len(1, 20)]] = field(default="a 1")
    open: Mapped[bool] = field(default=True)
    seller_id: Mapped[UUID] = reference(Reader, on_delete="cascade", default=actor.id)
    seller: Mapped[Reader] = relationship(back_populates="books")


class Review(Model):
    """What one reader says of a book."""

    __tablename__ = "reviews"

    book_id: Mapped[UUID] = reference(Book, on_delete="cascade")
    reader_id: Mapped[UUID] = reference(Reader, on_delete="cascade", default=actor.id)
    stars: Mapped[Annotated[int, Interval(ge=1, le=5)]]
    paid: Mapped[Annotated[Decimal, kinds.Money(currency="EUR")] | None]
    shown: Mapped[bool | None]
    written_at: Mapped[dt.datetime]
    book: Mapped[Book] = relationship()


class Wish(Model):
    """That a reader wants a book, which no resource answers."""

    __tablename__ = "wishes"

    book_id: Mapped[UUID] = reference(Book, primary_key=True, on_delete="cascade")
    reader_id: Mapped[UUID] = reference(Reader, primary_key=True, on_delete="cascade")


class Place(BaseModel):
    """Where a book stands."""

    row: str
    number: int


def place_of(shelf: str) -> Place:
    """Where the book stands."""
    row, _, number = shelf.partition(" ")
    return Place(row=row, number=int(number) if number.isdigit() else 0)


def price_tag(title: str, price: Decimal | None) -> str | None:
    """The words on the price tag."""
    return None if price is None else f"{title}: {price}"


def margin_of(price: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """What is earned."""
    return None if price is None or cost is None else price - cost


class Readers(Resource[Reader]):
    """Those who want to be seen, with how much they sell."""

    name = "readers"
    writable = [Reader.listed]
    operations = ["list", "get", "update"]
    sorts = [Reader.name]
    includes = [Reader.books]
    read = where(Reader.listed) | owner(Reader.id)
    update = owner(Reader.id)

    on_sale = computed(select(func.count(Book.id)).where(Book.seller_id == Reader.id))


class AllReaders(Resource[Reader]):
    """Everybody, for the staff."""

    name = "all_readers"
    operations = ["list"]
    read = role("staff")


class Reviews(Resource[Review]):
    """Shown ones, and one's own; what was paid is between the reader and the staff."""

    name = "reviews"
    writable = [Review.stars, Review.shown, Review.paid, Review.written_at]
    write_once = [Review.book_id]
    filters = [Review.book_id]
    read = where(Review.shown) | owner(Review.reader_id)  # type: ignore[arg-type]
    create = signed_in
    update = delete = owner(Review.reader_id)
    read_fields = {Review.paid: owner(Review.reader_id) | role("staff")}


of_book = Review.book_id == Book.id


class Books(Resource[Book]):
    """Books with what is made of their reviews, their wishes and themselves."""

    name = "books"
    writable = [Book.title, Book.price, Book.copies, Book.open, Book.shelf]
    hidden = [Book.shelf]
    read = where(Book.open) | owner(Book.seller_id)
    create = signed_in
    update = delete = owner(Book.seller_id)

    stars = computed(select(func.avg(Review.stars)).where(of_book))
    every_star = computed(select(func.avg(Review.stars)).where(of_book), all_rows="an average tells no one's vote")
    reviewed = computed(select(func.count()).select_from(Review).where(of_book))
    worst = computed(select(func.min(Review.stars)).where(of_book))
    latest = computed(select(func.max(Review.written_at)).where(of_book))
    earned = computed(select(func.coalesce(func.sum(Review.paid), 0)).where(of_book))
    paid_each = computed(select(func.avg(Review.paid)).where(of_book, Review.stars > 2))
    wished = computed(exists().where(Wish.book_id == Book.id, Wish.reader_id == actor.id))
    wishes = computed(select(func.count()).select_from(Wish).where(Wish.book_id == Book.id), all_rows="a number")
    mine = computed(exists().where(of_book, Review.reader_id == actor.id))
    panned = computed(exists().where(of_book, Review.stars <= 2))
    praised = computed(
        select(func.count(distinct(Reader.id))).where(Reader.id == Review.reader_id, of_book, Review.stars >= 4),
        via=Readers,
    )
    worth = computed(Book.price * Book.copies)
    per_copy = computed(Book.price / Book.copies)
    margin = computed(Book.price - Book.cost)
    cheap = computed(Book.price < 10)
    fame = computed(
        case(
            (select(func.count(Review.id)).where(of_book).scalar_subquery() >= 3, "famous"),
            (Book.price.is_(None), "free"),
            else_="little known",
        )
    )
    stands = derived(place_of, Book.shelf)
    tag = derived(price_tag, Book.title, Book.price)
    earns = derived(margin_of, Book.price, Book.cost)

    read_fields = {Book.cost: owner(Book.seller_id), every_star: signed_in}
    filters = [
        Book.title,
        unindexed(stars, "few books"),
        unindexed(reviewed, "few books"),
        unindexed(wished, "few books"),
        unindexed(earned, "few books"),
        unindexed(margin, "few books"),
        unindexed(fame, "few books"),
    ]
    sorts = [
        Book.title,
        unindexed(stars, "few books"),
        unindexed(every_star, "few books"),
        unindexed(reviewed, "few books"),
        unindexed(latest, "few books"),
        unindexed(margin, "few books"),
        unindexed(worth, "few books"),
        unindexed(fame, "few books"),
        unindexed(cheap, "few books"),
    ]
    order = [descending(Book.title)]
    includes = [via(Book.seller, Readers)]


RESOURCES: list[type[Resource[Any]]] = [Readers, AllReaders, Reviews, Books]
"""Proven by `mainstay prove access`."""
