"""What the test applications answer over HTTP is the same on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from mainstay import Mainstay, Model
from tests.apps import everything, foreign

SAMPLE: dict[str, Any] = {
    "identifier": "019a0b1c-2d3e-7f40-8152-637485960718",
    "flag": True,
    "choice": "red",
    "day": "2026-01-02",
    "time": "10:00:00",
    "moment": "2026-01-02T10:00:00Z",
    "decimal": "1.250",
    "money": {"amount": "2.50", "currency": "EUR"},
    "email": "ada@example.com",
    "real": 1.5,
    "number": -3,
    "size": {"width": 3, "height": None},
    "slug": "a-b",
    "text": "hello",
    "url": "https://example.com/",
}


@asynccontextmanager
async def client(app: Mainstay, token: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the open application, signed in with the token."""
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app),
            base_url="http://apps.test/api/v1",
            headers={"Authorization": f"Bearer {token}"},
        ) as calling,
    ):
        yield calling


async def made(calling: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The row that a POST makes."""
    answer = await calling.post(path, json=body)
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()["data"]
    return row


def columns_of(model: type[Model]) -> list[str]:
    """The names of the columns that are answered, as the model has them."""
    return [column.name for column in model.__table__.columns if column.name != "secret"]


async def test_a_value_of_every_kind_is_answered_as_it_was_sent_and_found_again(database_url: str) -> None:
    async with client(everything.application(database_url), "admin") as calling:
        label = await made(calling, "/labels", {"word": "free"})
        sent = SAMPLE | {"label_id": label["id"]}
        row = await made(calling, "/samples", sent | {"secret": "hush"})
        assert row == sent | {"counter": 1}
        assert list(row) == columns_of(everything.Sample)
        for name, value in sent.items():
            if name == "size":
                continue
            text = value["amount"] if name == "money" else str(value).lower() if value is True else str(value)
            found = await calling.get("/samples", params={name: text})
            assert found.json()["data"] == [row], name
        assert await made(calling, "/blanks", {}) | {"id": 0} == {
            name: 0 if name == "id" else None for name in columns_of(everything.Blank)
        }


async def test_what_is_missing_sorts_before_everything_else(database_url: str) -> None:
    async with client(everything.application(database_url), "admin") as calling:
        for place, (rank, day) in enumerate(((2, None), (None, "2026-01-02"), (1, "2026-01-02"), (None, None))):
            await made(calling, "/entries", {"place": place, "rank": rank, "day": day})
        places: dict[str, list[int]] = {}
        for sort in ("", "rank", "-rank", "day,-rank"):
            seen: list[int] = []
            cursor: dict[str, str] = {}
            while True:
                asked = {"limit": "1", **({"sort": sort} if sort else {}), **cursor}
                page = (await calling.get("/entries", params=asked)).json()
                seen += [row["place"] for row in page["data"]]
                if not page["meta"]["next"]:
                    break
                cursor = {"cursor": page["meta"]["next"]}
            places[sort] = seen
        assert places == {"": [1, 2, 3, 0], "rank": [1, 3, 2, 0], "-rank": [0, 2, 3, 1], "day,-rank": [0, 3, 2, 1]}


async def test_rows_of_somebody_elses_tables_are_written_read_and_guarded(database_url: str) -> None:
    app = foreign.application(database_url)
    async with client(app, "archive") as calling:
        artist = await made(calling, "/artists", {"name": "Everybody", "rating": 4.5})
        album = await made(
            calling, "/albums", {"title": "First", "artist_id": artist["id"], "released_on": "2020-01-02"}
        )
        track = await made(calling, "/tracks", {"title": "One", "price": "3.25", "album_id": album["id"]})
        assert (track["medium"], track["album_id"]) == ("file", album["id"])
        found = await calling.get("/tracks", params={"album.artist.name": "Everybody", "include": "album"})
        assert [row["album"]["title"] for row in found.json()["data"]] == ["First"]
    async with client(app, "listener") as calling:
        mine = {"name": "Mine", "owner_id": str(foreign.ACTORS["listener"].id)}
        assert (await made(calling, "/playlists", mine))["made_at"].endswith("Z")
        other = await calling.post("/playlists", json={"name": "Yours", "owner_id": str(foreign.ACTORS["shop"].id)})
        assert other.status_code == 403
        assert [row["name"] for row in (await calling.get("/playlists")).json()["data"]] == ["Mine"]
    async with client(app, "shop") as calling:
        assert (await calling.get("/playlists")).json()["data"] == []
        await made(calling, "/shelves", {"shop": "north", "place": 4, "note": "left"})
        assert (await calling.get("/shelves/north/4")).json()["data"]["note"] == "left"
        assert (await calling.post("/shelves", json={"shop": "south", "place": 4})).status_code == 403
        stock = await made(calling, "/stocks", {"shop": "north", "place": 4, "album_id": album["id"]})
        assert stock["count"] == 0
        found = await calling.get("/stocks", params={"shelf.note": "left", "include": "shelf"})
        assert [row["shelf"]["place"] for row in found.json()["data"]] == [4]
