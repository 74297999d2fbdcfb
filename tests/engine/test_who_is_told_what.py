"""401, 403 and 404: who is told what, and in which order."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from mainstay.actor import NOBODY, Actor
from mainstay.errors import Forbidden, Unauthenticated
from mainstay.events import CallFinished, Event
from mainstay.identity import Credentials
from tests.engine.test_writes import ADMIN, ANN, BEN, EVE, FOLDER, document, people
from tests.engine.world import NOW, World, world


@pytest.mark.requirement("A1.11", "A1.12")
async def test_nobody_is_told_to_sign_in_where_somebody_could_be_allowed(there: World) -> None:
    await people(there)
    for name, key, more in (
        ("users.list", (), {}),
        ("users.get", ("user1",), {}),
        ("users.create", (), {"body": {"name": "x", "email": "x@example.com", "password": "x"}}),
        ("teams.delete", (uuid.UUID(int=11),), {}),
        ("documents.create", (), {"body": document()}),
        ("folders.list", (), {}),
        ("absences.list", (), {}),
    ):
        assert isinstance(await there.refused(name, *key, **more), Unauthenticated), name
    assert isinstance(await there.refused("teams.create", by=EVE, body={"name": "x"}), Forbidden)
    assert there.database.ran == []


async def test_a_wrong_call_is_told_so_before_its_caller_is(there: World) -> None:
    assert await there.told("teams.create", body={}) == 400
    assert await there.told("teams.delete", "x") == 400
    assert await there.told("documents.update", uuid.UUID(int=1), body={"title": "x"}) == 401
    assert await there.told("documents.update", uuid.UUID(int=1), body={"title": "x"}, by=ANN) == 428


@pytest.mark.requirement("A1.13")
async def test_a_row_that_may_not_be_read_is_told_as_one_that_is_not_there(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    for name, more in (
        ("documents.get", {}),
        ("documents.update", {"body": {"title": "x"}, "if_match": '"7"'}),
        ("documents.replace", {"body": {"title": "x"}, "if_match": '"7"'}),
        ("documents.delete", {"if_match": '"7"'}),
    ):
        answers = []
        for one in (key[0], str(uuid.UUID(int=4711))):
            error = await there.refused(name, one, by=BEN, **more)
            answers.append((error.status, error.code, error.message, error.details, there.last.statements))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404


async def test_a_row_that_may_be_read_and_not_changed_is_a_403_before_its_version_matters(there: World) -> None:
    await people(there)
    await there.run("UPDATE folders SET open = " + ("1" if there.database.name == "sqlite" else "true"))
    for actor, status in ((ANN, 200), (BEN, 403), (NOBODY, 401)):
        assert await there.told("folders.update", FOLDER, by=actor, body={"name": "x"}, if_match="*") == status
    assert await there.told("folders.update", FOLDER, by=BEN, body={"name": "x"}, if_match='"9"') == 403


async def test_what_nobody_is_allowed_is_forbidden_to_everybody(there: World) -> None:
    await people(there)
    error = await there.refused("documents.create", by=ADMIN, body=document(level=3))
    assert (error.status, [detail.field for detail in error.details]) == (403, ["level"])


@pytest.mark.requirement("A2.23")
async def test_an_included_row_is_null_where_it_may_not_be_read(there: World) -> None:
    await people(there)
    await there.call("documents.create", by=ANN, body=document(reviewer_id=None))
    (row,) = await there.data("documents.list", by=ANN, ask={"include": "folder,author,reviewer", "fields": "title"})
    assert row.keys() == {"title", "folder", "author", "reviewer"}
    assert row["author"] == {"id": str(ANN.id), "name": "user1"}
    assert row["folder"]["name"] == "folder 21"
    assert row["reviewer"] is None
    assert there.last.statements == 1
    await there.run(f"UPDATE documents SET folder_id = '{uuid.UUID(int=22)}'")
    no = "0" if there.database.name == "sqlite" else "false"
    await there.run(f"UPDATE users SET active = {no}")
    (row,) = await there.data("documents.list", by=ANN, ask={"include": "author,folder"})
    assert (row["author"], row["folder"]) == (None, None)
    assert row["folder_id"] == str(uuid.UUID(int=22))


async def test_the_version_of_an_answer_with_others_in_it_changes_with_them(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    first = await there.call("documents.get", *key, by=ANN, ask={"include": "folder"})
    again = await there.call("documents.get", *key, by=ANN, ask={"include": "folder"})
    assert first.version == again.version
    await there.run("UPDATE folders SET name = 'other'")
    changed = await there.call("documents.get", *key, by=ANN, ask={"include": "folder"})
    assert changed.version != first.version


async def test_a_field_that_may_not_be_read_is_left_out(there: World) -> None:
    await people(there)
    treasurer = Actor(ANN.id, frozenset({"finance"}))
    euros = {"amount": "5.00", "currency": "EUR"}
    key = (await there.call("documents.create", by=treasurer, body=document(budget=euros, remark="r"))).key
    assert key is not None
    await there.run("UPDATE documents SET state = 'public'")
    reader = await there.data("documents.get", *key, by=EVE)
    assert "budget" not in reader
    assert reader["remark"] == "r"
    await there.run("UPDATE documents SET closed = " + ("0" if there.database.name == "sqlite" else "false"))
    assert "remark" not in await there.data("documents.get", *key, by=EVE)
    assert (await there.data("documents.get", *key, by=ANN))["budget"] == euros
    assert await there.data("documents.get", *key, by=EVE, ask={"fields": "budget,title"}) == {"title": "A title"}


ODD_IDS: list[Any] = [
    5,
    "ann",
    "00000000-0000-0000-0000-000000000001",
    2**70,
    1.5,
    b"x",
    ("a",),
    True,
    "\x00",
    "\ud800",
]


@pytest.mark.requirement("A3.01")
async def test_an_actor_whose_id_and_claims_fit_no_column_is_an_actor_who_owns_nothing(
    there: World, abroad: World
) -> None:
    await people(there)
    await there.call("documents.create", by=ANN, body=document())
    await abroad.insert("Playlist", {"PlaylistId": 1, "Name": "n", "OwnerId": ANN.id, "MadeAt": NOW})
    for odd in ODD_IDS:
        actor = Actor(odd, claims={"folder": odd, "regions": odd, "shops": odd, "shop": odd, "region": odd})
        mine = 1 if odd == str(ANN.id) else 0
        assert len((await there.call("documents.list", by=actor)).data) == mine, odd
        assert len((await abroad.call("playlists.list", by=actor)).data) == mine, odd
        assert (await abroad.call("stocks.list", by=actor)).data == []
        claims = Actor(EVE.id, claims={"regions": [odd, None], "shops": [odd]})
        assert (await there.call("documents.list", by=claims)).data == []
        assert (await abroad.call("stocks.list", by=claims)).data == []


async def test_a_claim_that_is_a_list_allows_each_of_its_values(abroad: World) -> None:
    await abroad.insert("Artist", {"ArtistId": 1, "Name": "Nobody"})
    await abroad.insert("Album", {"AlbumId": 1, "Title": "t", "ArtistId": 1, "Copies": 0, "Withdrawn": False})
    await abroad.insert("Shelf", *[{"Shop": shop, "Place": 1} for shop in "abc"])
    counted = [column.name for column in abroad.storage.tables["Stock"].columns if column.name == "Count"]
    await abroad.insert(
        "Stock",
        *[{"StockId": n, "Shop": shop, "Place": 1, "AlbumId": 1, counted[0]: 1} for n, shop in enumerate("abc", 1)],
    )
    for shops, count in (
        ([], 0),
        (["a"], 1),
        (["a", "c", "x"], 2),
        (["c", None], 1),
        ("abc", 0),
        (None, 0),
        (["a"], 1),
    ):
        actor = Actor(uuid.UUID(int=1), claims={"shops": shops})
        if count:
            assert len((await abroad.call("stocks.list", by=actor)).data) == count, shops
        else:
            assert await abroad.told("stocks.list", by=actor) == 403


async def test_every_call_is_observed_once_however_it_ends(module_database_url: str) -> None:
    events: list[Event] = []
    async with world(module_database_url, listeners=[events.append]) as there:
        await there.call("teams.list", request_id="r1")
        await there.refused("users.list", request_id="r2")
        await there.refused("users.list", credentials=Credentials("bearer", "no"), request_id="r3")
        there.database.fails = lambda text: ZeroDivisionError()
        with pytest.raises(ZeroDivisionError):
            await there.call("teams.list", by=ANN, request_id="r4")
    told = [(e.request_id, e.status, e.code, e.actor, e.statements) for e in events if isinstance(e, CallFinished)]
    assert told == [
        ("r1", 200, None, None, 1),
        ("r2", 401, "UNAUTHENTICATED", None, 0),
        ("r3", 401, "UNAUTHENTICATED", None, 0),
        ("r4", 500, "INTERNAL_ERROR", str(ANN.id), 1),
    ]
