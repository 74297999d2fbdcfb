"""A row whose policies ask nothing of it is made by one statement where that saves a round trip; refusals stay."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mainstay import compiler
from mainstay.actor import Actor
from mainstay.backing.open import database
from mainstay.declare import Resource, owner, role, signed_in, where
from tests.engine.world import World

ANN, BEN = (Actor(uuid.UUID(int=number), frozenset({"writer"})) for number in (1, 2))


class Base(DeclarativeBase):
    """The base of the tables."""


class Room(Base):
    """What others refer to; some are hidden."""

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(primary_key=True)
    hidden: Mapped[bool] = mapped_column(default=False)


class Booking(Base):
    """A row with references, one of which may be null."""

    __tablename__ = "bookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(unique=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"), index=True)
    owner_id: Mapped[uuid.UUID | None]


class Rooms(Resource[Room]):
    """Rooms."""

    name = "rooms"
    operations = ["get"]
    read = where(Room.hidden.is_(False)) | role("keeper")


class Bookings(Resource[Booking]):
    """Bookings that the caller makes for whomever they like, and reads of their own."""

    name = "bookings"
    operations = ["get", "create"]
    writable = [Booking.word, Booking.room_id, Booking.other_id, Booking.owner_id]
    read = owner(Booking.owner_id)
    create = role("writer")


class OwnBookings(Resource[Booking]):
    """Bookings that the caller makes for themselves alone."""

    name = "own_bookings"
    operations = ["get", "create"]
    writable = [Booking.word, Booking.room_id, Booking.other_id, Booking.owner_id]
    read = signed_in
    create = owner(Booking.owner_id)


@pytest.fixture
async def there(database_url: str) -> AsyncIterator[World]:
    """Two rooms, the second of which is hidden."""
    made = compiler.compile([Rooms, Bookings, OwnBookings], database=database_url.partition(":")[0])
    opened = World(made, database(database_url))
    await opened.engine.open()
    await opened.database.create_missing(made.storage.metadata)
    await opened.insert("rooms", {"id": 1, "hidden": False}, {"id": 2, "hidden": True})
    yield opened
    await opened.engine.close()


def at_once(there: World) -> int:
    """How many statements a create with references takes: one on PostgreSQL, and on SQLite one more for each."""
    return 1 if there.database.name == "postgresql" else 2


async def test_a_row_is_made_with_what_it_refers_to(there: World) -> None:
    body = {"word": "a", "room_id": 1, "owner_id": str(ANN.id)}
    made = await there.data("bookings.create", by=ANN, body=body)
    assert made == {"id": made["id"], "other_id": None, **body}
    assert there.last.statements == at_once(there)
    twice = {"word": "b", "room_id": 1, "other_id": 1, "owner_id": str(ANN.id)}
    assert (await there.data("bookings.create", by=ANN, body=twice)).items() >= twice.items()
    assert len(await there.rows("bookings")) == 2


@pytest.mark.parametrize("wrong", [{"room_id": 9}, {"room_id": 2}, {"other_id": 9}, {"other_id": 2}])
async def test_nothing_is_made_where_a_reference_means_nothing_for_the_caller(
    there: World, wrong: dict[str, int]
) -> None:
    body = {"word": "a", "room_id": 1, "owner_id": str(ANN.id), **wrong}
    error = await there.refused("bookings.create", by=ANN, body=body)
    assert (error.code, [detail.field for detail in error.details]) == ("REFERENCE_NOT_FOUND", list(wrong))
    assert there.last.statements <= there.application.operation("bookings.create").statements
    assert await there.rows("bookings") == []
    await there.call("bookings.create", by=ANN, body={**body, "room_id": 1, "other_id": None})
    assert (await there.refused("bookings.create", by=ANN, body=body)).code == "REFERENCE_NOT_FOUND"
    taken = {**body, "room_id": 1, "other_id": None}
    assert (await there.refused("bookings.create", by=ANN, body=taken)).code == "DUPLICATE"
    assert len(await there.rows("bookings")) == 1


async def test_a_row_that_its_maker_may_not_read_stays_and_is_not_shown(there: World) -> None:
    answer = await there.call("bookings.create", by=ANN, body={"word": "a", "room_id": 1, "owner_id": str(BEN.id)})
    assert (answer.status, answer.data) == (204, None)
    assert [row["word"] for row in await there.rows("bookings")] == ["a"]


async def test_a_row_that_its_maker_may_not_make_is_undone(there: World) -> None:
    body = {"word": "a", "room_id": 1, "owner_id": str(BEN.id)}
    assert (await there.refused("own_bookings.create", by=ANN, body=body)).code == "FORBIDDEN"
    assert await there.rows("bookings") == []
    assert await there.told("own_bookings.create", by=BEN, body=body) == 201
