"""What the database refuses, told by field and without a word of SQL or of anybody's row."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from mainstay.actor import Actor
from mainstay.errors import Duplicate, ReferenceNotFound, StillReferenced, Unavailable
from tests.engine.test_writes import ADMIN, ANN, BEN, FOLDER, TEAM, document, people
from tests.engine.world import World

ARCHIVE = Actor(uuid.UUID(int=1), frozenset({"archive"}))


def fields(error: Any) -> list[str]:
    """The fields that an error names."""
    return [detail.field for detail in error.details]


@pytest.mark.requirement("A1.14", "A2.05")
async def test_a_value_that_is_taken_is_a_409_that_names_its_fields(there: World, abroad: World) -> None:
    await people(there)
    error = await there.refused("teams.create", by=ADMIN, body={"name": "team 11"})
    assert isinstance(error, Duplicate)
    assert fields(error) == ["name"]
    await there.call("entries.create", body={"place": 1, "label": "x"})
    error = await there.refused("entries.create", body={"place": 1, "label": "x"})
    assert (error.status, sorted(fields(error))) == (409, ["label", "place"])
    other = (await there.call("entries.create", body={"place": 2, "label": "x"})).key
    assert other is not None
    error = await there.refused("entries.update", *other, body={"place": 1})
    assert (error.status, sorted(fields(error))) == (409, ["label", "place"])
    error = await there.refused("memberships.create", by=ADMIN, body={"team_id": str(TEAM), "user_id": str(ANN.id)})
    assert error.status in (409, 422)
    body = {"title": "t", "artist_id": 1}
    await abroad.insert("Artist", {"ArtistId": 1, "Name": "Nobody"})
    await abroad.call("albums.create", by=ARCHIVE, body=body)
    error = await abroad.refused("albums.create", by=ARCHIVE, body=body)
    assert (error.status, sorted(fields(error))) == (409, ["artist_id", "title"])
    keeper = Actor(uuid.UUID(int=1), claims={"shop": "a"})
    await abroad.call("shelves.create", by=keeper, body={"shop": "a", "place": 1})
    error = await abroad.refused("shelves.create", by=keeper, body={"shop": "a", "place": 1})
    assert (error.status, sorted(fields(error))) == (409, ["place", "shop"])


@pytest.mark.requirement("A1.15", "A2.06")
async def test_a_reference_that_only_the_database_sees_through_is_a_422_that_names_it(there: World) -> None:
    await people(there)
    stranger = Actor(uuid.UUID(int=77))
    await there.insert("teams", {"id": uuid.UUID(int=13), "name": "x"})
    await there.insert("folders", {"id": uuid.UUID(int=23), "name": "x", "team_id": uuid.UUID(int=13), "open": True})
    body = document(folder_id=str(uuid.UUID(int=23)))
    there.database.fails = lambda text: None
    error = await there.refused("documents.create", by=stranger, body=body)
    assert isinstance(error, ReferenceNotFound)
    assert fields(error) == ["author_id"]
    assert there.last.statements <= there.application.operation("documents.create").statements
    assert await there.rows("documents") == []


@pytest.mark.requirement("A1.15")
async def test_a_check_is_a_422(there: World, abroad: World) -> None:
    error = await there.refused("entries.create", body={"place": 1, "starts": 2, "ends": 1})
    assert (error.status, error.code, error.details) == (422, "CHECK_FAILED", ())
    await abroad.insert("Artist", {"ArtistId": 1, "Name": "Nobody"})
    error = await abroad.refused("albums.create", by=ARCHIVE, body={"title": "t", "artist_id": 1, "copies": -1})
    assert (error.status, error.code) == (422, "CHECK_FAILED")


@pytest.mark.requirement("A1.14", "A2.06")
async def test_a_row_that_others_refer_to_stays(there: World, abroad: World) -> None:
    await people(there)
    error = await there.refused("teams.delete", TEAM, by=ADMIN)
    assert isinstance(error, StillReferenced)
    assert len(await there.rows("teams")) == 2
    await abroad.insert("Artist", {"ArtistId": 1, "Name": "Nobody"})
    await abroad.insert("Album", {"AlbumId": 1, "Title": "t", "ArtistId": 1, "Copies": 0, "Withdrawn": False})
    assert isinstance(await abroad.refused("artists.delete", 1, by=ARCHIVE), StillReferenced)
    await abroad.insert("Track", {"TrackId": 1, "Title": "t", "AlbumId": 1, "Medium": "file", "Price": 1})
    assert await abroad.told("albums.delete", 1, by=ARCHIVE) == 204
    assert [row["AlbumId"] for row in await abroad.rows("Track")] == [None]


@pytest.mark.requirement("A2.24")
async def test_a_refused_write_leaves_nothing_behind(there: World) -> None:
    await people(there)
    await there.run("UPDATE folders SET open = " + ("1" if there.database.name == "sqlite" else "true"))
    assert await there.told("documents.create", by=BEN, body=document()) == 403
    inserted = [text for text, _ in there.database.ran if text.startswith("INSERT")]
    assert len(inserted) == 1
    assert await there.rows("documents") == []
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    before = await there.rows("documents")
    there.database.ran.clear()

    def after_the_update(text: str) -> Exception | None:
        written = any(ran.startswith(("UPDATE", "INSERT")) for ran, _ in there.database.ran[:-1])
        return Unavailable(retry_after=1) if written else None

    there.database.fails = after_the_update
    editor = Actor(ANN.id, frozenset({"editor"}))
    error = await there.refused("documents.update", *key, by=editor, body={"title": "new"}, if_match="*")
    assert isinstance(error, Unavailable)
    assert await there.rows("documents") == before


@pytest.mark.requirement("A1.17", "A3.26")
async def test_no_error_holds_sql_or_a_value(there: World, abroad: World) -> None:
    await people(there)
    canary = "canary-4711"
    await there.insert("teams", {"id": uuid.UUID(int=14), "name": canary})
    errors = [
        await there.refused("teams.create", by=ADMIN, body={"name": canary}),
        await there.refused("entries.create", body={"place": 4711, "starts": 4712, "ends": 4711}),
        await there.refused("teams.delete", TEAM, by=ADMIN),
        await there.refused("documents.create", by=ANN, body=document(folder_id=str(uuid.UUID(int=4711)))),
        await there.refused("teams.get", canary),
        await there.refused("entries.list", ask={"rank": canary}),
        await there.refused("entries.create", body={"place": canary}),
        await there.refused("entries.list", ask={"cursor": canary}),
    ]
    for error in errors:
        told = f"{error.message} {error.details} {error}".lower()
        for word in ("4711", "insert", "select", "constraint", "sqlite", "postgres", "unique", "uq_", "fk_", "/"):
            assert word not in told, (word, told)


async def test_the_folder_of_somebody_else_is_not_given_away_by_what_is_taken(there: World) -> None:
    await people(there)
    await there.call("documents.create", by=ANN, body=document())
    error = await there.refused("documents.create", by=ANN, body=document())
    assert (error.code, fields(error)) == ("DUPLICATE", ["number"])
    assert str(FOLDER) not in str(error.details)
