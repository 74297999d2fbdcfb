"""A library to be tested: people with accounts borrow books for a while."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from annotated_types import Ge, Interval, Len
from pydantic import RootModel
from sqlalchemy import CheckConstraint, MetaData, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mainstay import (
    Account,
    Call,
    Mainstay,
    Model,
    Resource,
    Settings,
    Timestamps,
    action,
    actor,
    anyone,
    field,
    owner,
    reference,
    role,
    scope,
    signed_in,
    where,
)
from mainstay.declare.model import NAMES
from mainstay.kinds import Slug, Url


class Base(Model):
    """Tables apart from those of other applications in the same process."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMES)


class Notes(RootModel[list[str]]):
    """What readers wrote into the margin."""


class Reader(Base, Account):
    """Somebody who borrows."""

    name: Mapped[Annotated[str, Len(1, 40)]]
    region: Mapped[Annotated[str, Len(1, 20)] | None]


Reader.sign_up = (Reader.name,)
Reader.actor_claims = ("region",)


class Shelf(Base):
    """A place for books, which may be within another."""

    __tablename__ = "shelves"

    number: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[Annotated[str, Slug()]] = field(unique=True)
    inside: Mapped[int | None] = reference("shelves.number", on_delete="restrict")


class Book(Base, Timestamps):
    """Something to read."""

    title: Mapped[Annotated[str, Len(3, 60)]] = field(search=True)
    pages: Mapped[Annotated[int, Interval(ge=10, le=5000)]]
    price: Mapped[Annotated[Decimal, Ge(Decimal("0.50"))]]
    kind: Mapped[Literal["novel", "atlas"]]
    cover: Mapped[Annotated[str, Url()] | None]
    notes: Mapped[Notes]
    shelf_number: Mapped[int] = reference(Shelf, on_delete="cascade")
    shelf: Mapped[Shelf] = relationship()


class Loan(Base, Timestamps):
    """That somebody has a book until some day."""

    __table_args__ = (
        UniqueConstraint("book_id", "reader_id"),
        CheckConstraint("days < 100 OR reason <> ''", name="long_loans_have_a_reason"),
    )

    book_id: Mapped[UUID] = reference(Book, on_delete="cascade")
    reader_id: Mapped[UUID] = reference(Reader, on_delete="cascade", default=actor.id)
    until: Mapped[dt.datetime]
    days: Mapped[Annotated[int, Interval(ge=1, le=1000)]]
    reason: Mapped[Annotated[str, Len(0, 100)]] = field(default="")
    book: Mapped[Book] = relationship()


class Topic(Base):
    """What is talked about, known by its word."""

    word: Mapped[Annotated[str, Slug()]] = field(primary_key=True)
    talks: Mapped[list[Talk]] = relationship(back_populates="topic")


class Talk(Base):
    """An evening on a topic."""

    topic_word: Mapped[str] = reference(Topic, on_delete="cascade")
    topic: Mapped[Topic] = relationship(back_populates="talks")


class Readers(Resource[Reader]):
    """Accounts, of which librarians disable some."""

    operations = ["list", "get", "update"]
    writable = [Reader.name, Reader.disabled_at]
    read = owner(Reader.id) | role("librarian")
    update = role("librarian")


class Shelves(Resource[Shelf]):
    """Where books stand."""

    writable = [Shelf.label]
    read = anyone
    create = update = delete = role("librarian")


class Books(Resource[Book]):
    """What can be borrowed."""

    writable = [Book.title, Book.pages, Book.price, Book.kind, Book.notes, Book.shelf_number]
    read = anyone
    create = update = delete = role("librarian") | scope("books:write")
    includes = [Book.shelf]
    limits = {"list": "3/minute"}

    @action(allow=anyone)
    async def tear(self, call: Call, book: Book) -> None:
        """Ends as nobody expects."""
        raise ZeroDivisionError("torn")

    @action(allow=signed_in)
    async def borrow(self, call: Call, book: Book) -> None:
        """Takes a book for a day."""
        call.session.add(Loan(book_id=book.id, reader_id=call.actor.id, until=call.now + dt.timedelta(days=1), days=1))


class Loans(Resource[Loan]):
    """One's own loans, as long as they last; those of a region are seen by who looks after it."""

    operations = ["list", "get"]
    read = (owner(Loan.reader_id) & where(Loan.until > func.now())) | where(actor.claim("region") == "all")


OPENED: list[str] = []
"""What the application's own lifespan did."""


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, str]]:
    """Begins and ends with the application."""
    OPENED.append("opened")
    yield {"greeting": "hello"}
    OPENED.append("closed")


app = Mainstay(
    name="Library",
    resources=[Readers, Shelves, Books, Loans],
    account=Reader,
    database="postgresql://nobody@127.0.0.1:9/nowhere",
    lifespan=lifespan,
    settings=Settings(secret_key="k" * 32, signing_key="s" * 40, user_limit=None),
)
"""On a database that is not there: tests have their own."""
