"""The first rows of each parent's are found whatever the table is like that they stand in."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from mainstay import compiler
from mainstay.backing.open import database
from mainstay.declare import Resource, anyone
from tests.engine.world import World


class Base(DeclarativeBase):
    """The base of somebody else's schema."""


class Placing(Base):
    """That a book stands on a shelf, which may be said several times."""

    __tablename__ = "placings"

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"), index=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)


class Book(Base):
    """A row whose table has a column of the name by which SQLite numbers rows."""

    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column("rowid")


class Note(Base):
    """A row that SQLite does not number, with a key of two columns."""

    __tablename__ = "notes"
    __table_args__ = {"sqlite_with_rowid": False}

    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class Shelf(Base):
    """What has them."""

    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list[Book]] = relationship(secondary="placings")
    notes: Mapped[list[Note]] = relationship()


class Books(Resource[Book]):
    """Books."""

    name = "books"
    operations = ["get"]
    order = [Book.title]
    read = anyone


class Notes(Resource[Note]):
    """Notes."""

    name = "notes"
    operations = ["list"]
    order = [Note.text]
    read = anyone


class Shelves(Resource[Shelf]):
    """Shelves."""

    name = "shelves"
    operations = ["list"]
    includes = [Shelf.books, Shelf.notes]
    read = anyone


@pytest.fixture
async def there(database_url: str) -> AsyncIterator[World]:
    """Three shelves, the second of which is empty."""
    made = compiler.compile([Books, Notes, Shelves], database=database_url.partition(":")[0])
    opened = World(made, database(database_url))
    await opened.engine.open()
    await opened.database.create_missing(made.storage.metadata)
    await opened.insert("shelves", {"id": 1}, {"id": 2}, {"id": 3})
    yield opened
    await opened.engine.close()


async def listed(there: World, include: str) -> list[list[Any]]:
    """What is included of each shelf."""
    return [shelf[include] for shelf in await there.data("shelves.list", ask={"include": include})]


async def test_a_row_that_is_linked_twice_counts_once(there: World) -> None:
    await there.insert("books", *[{"id": number, "rowid": f"t{50 - number}"} for number in range(1, 26)])
    placed = [(1, number) for number in range(1, 26)] * 2 + [(3, 7), (3, 9), (3, 7)]
    links = [{"id": n, "shelf_id": shelf, "book_id": book} for n, (shelf, book) in enumerate(placed, 1)]
    await there.insert("placings", *links)
    many, none, few = await listed(there, "books")
    assert [book["id"] for book in many] == list(range(25, 5, -1))
    assert none == []
    assert [book["id"] for book in few] == [9, 7]


async def test_rows_without_numbers_are_found_by_their_keys(there: World) -> None:
    if there.database.name == "sqlite":
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            await there.database.read("SELECT rowid FROM notes", ())
    words = [(1, f'w"{number}', f"t{50 - number}") for number in range(25)] + [(3, "w", "a"), (3, "x", "b")]
    await there.insert("notes", *[{"shelf_id": shelf, "word": word, "text": text} for shelf, word, text in words])
    many, none, few = await listed(there, "notes")
    assert [note["text"] for note in many] == [f"t{number}" for number in range(26, 46)]
    assert none == []
    assert [(note["shelf_id"], note["word"]) for note in few] == [(3, "w"), (3, "x")]
