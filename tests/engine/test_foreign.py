"""Somebody else's tables: their types, their ways to keep a value, the same answers on both databases."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import DateTime, Enum, Float, SmallInteger, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mainstay import compiler
from mainstay.actor import Actor
from mainstay.backing.open import database
from mainstay.declare import Resource, anyone, where
from tests.engine.world import NOW, World

ARCHIVE = Actor(uuid.UUID(int=1), frozenset({"archive"}))
ANN, BEN = Actor(uuid.UUID(int=0xABC)), Actor(uuid.UUID(int=0xDEF))


async def test_numbers_choices_and_booleans_of_other_types_go_in_and_come_out(abroad: World) -> None:
    await abroad.call("artists.create", by=ARCHIVE, body={"name": "Ünal", "rating": 4.5})
    artist = (await abroad.data("artists.list"))[0]
    assert artist["rating"] == 4.5
    body = {"title": "t", "artist_id": artist["id"], "released_on": "2001-02-03", "withdrawn": True}
    album = await abroad.data("albums.create", by=ARCHIVE, body=body)
    assert (album["released_on"], album["withdrawn"], album["copies"]) == ("2001-02-03", True, 0)
    assert await abroad.told("albums.get", album["id"]) == 404
    track = {"title": "t", "seconds": 5, "medium": "vinyl", "price": "1.50", "album_id": None}
    made = await abroad.data("tracks.create", by=ARCHIVE, body=track)
    assert made.items() >= {**track, "price": made["price"]}.items()
    assert float(made["price"]) == 1.5
    assert (await abroad.data("tracks.create", by=ARCHIVE, body={"title": "u", "price": "2.00"}))["medium"] == "file"


async def test_choices_are_filtered_and_sorted_by(abroad: World) -> None:
    for number, medium in enumerate(("file", "vinyl", "file"), 1):
        await abroad.insert("Track", {"TrackId": number, "Title": "t", "Medium": medium, "Price": 1})
    for ask, found in (
        ({"medium": "vinyl"}, [2]),
        ({"medium[in]": "vinyl,file"}, [1, 2, 3]),
        ({"medium[ne]": "vinyl"}, [1, 3]),
        ({"sort": "-medium"}, [2, 3, 1]),
    ):
        assert [row["id"] for row in await abroad.data("tracks.list", ask=ask)] == found, ask
    assert await abroad.told("tracks.list", ask={"medium": "tape"}) == 400
    first = await abroad.call("tracks.list", ask={"sort": "medium", "limit": 1})
    assert first.meta is not None
    rest = await abroad.data("tracks.list", ask={"sort": "medium", "limit": 5, "cursor": first.meta.next})
    assert [row["id"] for row in rest] == [3, 2]


async def test_owners_are_known_however_the_database_keeps_their_key(abroad: World) -> None:
    made = await abroad.data("playlists.create", by=ANN, body={"name": "x", "owner_id": str(ANN.id)})
    assert made["owner_id"] == str(ANN.id)
    assert [row["id"] for row in await abroad.data("playlists.list", by=ANN)] == [made["id"]]
    assert await abroad.data("playlists.list", by=BEN) == []
    assert await abroad.told("playlists.create", by=BEN, body={"name": "x", "owner_id": str(ANN.id)}) == 403
    assert await abroad.told("playlists.delete", made["id"], by=BEN) == 404
    assert await abroad.told("playlists.delete", made["id"], by=ANN) == 204


async def test_moments_are_in_utc_however_the_database_keeps_them(abroad: World) -> None:
    for number in range(1, 6):
        at = NOW + dt.timedelta(hours=number)
        await abroad.insert("Playlist", {"PlaylistId": number, "Name": None, "OwnerId": ANN.id, "MadeAt": at})
    rows = await abroad.data("playlists.list", by=ANN, ask={"sort": "made_at"})
    assert [row["made_at"] for row in rows] == [f"2026-11-21T{19 + number}:30:00Z" for number in range(4)] + [
        "2026-11-21T23:30:00Z"
    ]
    rows = await abroad.data("playlists.list", by=ANN, ask={"made_at[gt]": "2026-11-21T22:30:00+01:00"})
    assert [row["id"] for row in rows] == [4, 5]
    ask: dict[str, Any] = {"sort": "-made_at", "limit": 2}
    seen = []
    while True:
        answer = await abroad.call("playlists.list", by=ANN, ask=ask)
        seen += [row.id for row in answer.data]
        assert answer.meta is not None
        if answer.meta.next is None:
            break
        ask["cursor"] = answer.meta.next
    assert seen == [5, 4, 3, 2, 1]


async def test_numbers_too_large_for_a_column_are_a_400(abroad: World) -> None:
    if abroad.database.name == "sqlite":
        return
    for name, key, more in (
        ("tracks.list", (), {"ask": {"seconds": str(2**40)}}),
        ("tracks.list", (), {"ask": {"seconds[in]": f"1,{2**40}"}}),
        ("tracks.get", (2**40,), {}),
        ("tracks.create", (), {"by": ARCHIVE, "body": {"title": "t", "price": "1", "seconds": 2**40}}),
    ):
        assert (await abroad.refused(name, *key, **more)).status == 400, name


class Base(DeclarativeBase):
    """The base of an older schema."""


class Colour(enum.Enum):
    """Words that are kept by name."""

    red = "R"
    blue = "B"


class Event(Base):
    """Moments without a zone, and what the database itself sets."""

    __tablename__ = "Event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime)
    colour: Mapped[Colour | None] = mapped_column(Enum(Colour, native_enum=False))
    size: Mapped[float | None] = mapped_column(Float)
    rank: Mapped[int] = mapped_column(SmallInteger, server_default=text("3"))
    changed: Mapped[dt.datetime | None] = mapped_column(DateTime, onupdate=func.now())


class Events(Resource[Event]):
    """Those that have been."""

    name = "events"
    writable = [Event.at, Event.colour, Event.size, Event.rank]
    filters = [Event.at, Event.colour]
    sorts = [Event.at, Event.colour]
    read = where(Event.at <= func.now())
    create = update = delete = anyone


async def test_moments_without_a_zone_are_utcs_and_enumerations_go_by_their_names(database_url: str) -> None:
    made = compiler.compile([Events], database=database_url.partition(":")[0])
    there = World(made, database(database_url), clock=lambda: NOW)
    await there.engine.open()
    try:
        await there.database.create_missing(made.storage.metadata)
        first = {"at": "2026-11-21T20:29:59+02:00", "colour": "red", "size": 1.5}
        whole = {**first, "id": 1, "at": "2026-11-21T18:29:59Z", "rank": 3, "changed": None}
        assert await there.data("events.create", body=first) == whole
        assert await there.told("events.create", body={"at": "2026-11-21T18:30:01Z"}) == 204
        assert await there.told("events.create", body={**first, "colour": "R"}) == 400
        assert await there.told("events.create", body={**first, "rank": 40000}) == 400
        assert await there.told("events.create", body={"at": "2026-11-21T00:00:00Z", "colour": "blue"}) == 201
        for ask, found in (
            ({}, [1, 3]),
            ({"at": "2026-11-21T18:29:59Z"}, [1]),
            ({"at[in]": "2026-11-21T18:29:59Z,2026-11-21T18:30:01Z"}, [1]),
            ({"colour": "red"}, [1]),
            ({"colour[in]": "red,blue"}, [1, 3]),
            ({"sort": "colour"}, [3, 1]),
        ):
            assert [row["id"] for row in await there.data("events.list", ask=ask)] == found, ask
        page = await there.call("events.list", ask={"sort": "at", "limit": 1})
        assert page.meta is not None
        rest = await there.data("events.list", ask={"sort": "at", "limit": 1, "cursor": page.meta.next})
        assert [row["id"] for row in rest] == [1]
        put = await there.data("events.replace", 1, body={"at": "2026-11-20T00:00:00Z"})
        assert put["changed"] is not None
        assert {**put, "changed": None} == {**whole, "at": "2026-11-20T00:00:00Z", "colour": None, "size": None}
    finally:
        await there.engine.close()
