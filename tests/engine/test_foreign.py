"""Somebody else's tables: their types, their ways to keep a value, the same answers on both databases."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from mainstay.actor import Actor
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
