"""Rows made, replaced, changed and deleted."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from mainstay.actor import NOBODY, Actor
from tests.engine.samples import values
from tests.engine.world import World

ANN, BEN, EVE = (Actor(uuid.UUID(int=number)) for number in (1, 2, 3))
EDITOR = Actor(uuid.UUID(int=4), frozenset({"editor"}))
FINANCE = Actor(ANN.id, frozenset({"finance"}))
ADMIN = Actor(uuid.UUID(int=5), frozenset({"admin"}))
LABELLER = Actor(uuid.UUID(int=6), scopes=frozenset({"labels"}))
TEAM, FOLDER, ELSEWHERE = uuid.UUID(int=11), uuid.UUID(int=21), uuid.UUID(int=22)


async def people(there: World) -> None:
    """Ann in a team with a folder; Ben in another one with a folder of its own; Eve in none."""
    for number, actor in enumerate((ANN, BEN, EVE, EDITOR), 1):
        user = {"id": actor.id, "name": f"user{number}", "email": f"u{number}@example.com", "password": "x"}
        await there.insert("users", user)
    for team, folder, actor in ((TEAM, FOLDER, ANN), (uuid.UUID(int=12), ELSEWHERE, BEN)):
        await there.insert("teams", {"id": team, "name": f"team {team.int}"})
        await there.insert("memberships", {"team_id": team, "user_id": actor.id})
        await there.insert("folders", {"id": folder, "name": f"folder {folder.int}", "team_id": team})


def document(**more: Any) -> dict[str, Any]:
    """The body of a new document."""
    return {"number": 1, "title": "A title", "folder_id": str(FOLDER), **more}


@pytest.mark.requirement("A1.04", "A2.03", "A2.04", "A2.08")
async def test_a_new_row_has_what_was_given_and_the_defaults_of_everything_else(there: World) -> None:
    await people(there)
    ann = Actor(ANN.id, claims={"region": "north"})
    before = dt.datetime.now(dt.UTC)
    answer = await there.call("documents.create", by=ann, body=document(remark=None))
    assert answer.status == 201
    assert answer.version == "1"
    (row,) = await there.rows("documents")
    assert answer.key == (str(row["id"]),)
    assert row["id"].version == 7
    assert (row["author_id"], row["region"], row["state"], row["level"]) == (ANN.id, "north", "draft", 0)
    assert row["remark"] is None
    assert before <= row["created_at"] <= dt.datetime.now(dt.UTC)
    assert answer.data.author_id in (ANN.id, str(ANN.id))
    await there.call("documents.create", by=ann, body=document(number=2, region=None))
    assert {row["region"] for row in await there.rows("documents") if row["number"] == 2} == {None}


async def test_a_claim_that_is_no_value_of_its_column_is_not_its_default(there: World) -> None:
    await people(there)
    for number, claim in enumerate(("x" * 21, "", "a\x00", 5, ["a"], True), 1):
        ann = Actor(ANN.id, claims={"region": claim})
        answer = await there.call("documents.create", by=ann, body=document(number=number))
        assert answer.status == 201, claim
    regions = {row["number"]: row["region"] for row in await there.rows("documents")}
    assert [regions[number] for number in (1, 2, 3, 4)] == [None, None, None, "5"]


async def test_the_database_counts_keys_and_a_caller_may_choose_one(there: World, abroad: World) -> None:
    first = await there.call("entries.create", body={"place": 1})
    second = await there.call("entries.create", body={"place": 2})
    assert first.key is not None
    assert second.key is not None
    assert int(second.key[0]) > int(first.key[0])
    assert first.version is None
    keeper = Actor(uuid.UUID(int=1), claims={"shop": "a/b ü"})
    made = await abroad.call("shelves.create", by=keeper, body={"shop": "a/b ü", "place": 3})
    assert made.key == ("a/b ü", "3")
    assert (await abroad.data("shelves.get", "a/b ü", 3))["note"] is None
    label = await there.call("labels.create", by=LABELLER, body={"word": "free"})
    assert label.key == ("free",)
    assert (await there.call("labels.update", "free", by=LABELLER, body={"word": "freer"})).status == 200
    assert await there.told("labels.get", "free") == 404
    assert await there.told("labels.get", "freer") == 200


@pytest.mark.requirement("A1.05", "A1.06")
async def test_patch_leaves_what_is_absent_and_put_sets_it_to_its_default(there: World) -> None:
    body = {"place": 1, "rank": 2, "label": "x", "day": "2026-01-01", "starts": 3, "ends": 4}
    key = (await there.call("entries.create", body=body)).key
    assert key is not None
    patched = await there.data("entries.update", *key, body={"rank": None, "label": "y"})
    assert patched == {**body, "number": int(key[0]), "rank": None, "label": "y"}
    put = await there.data("entries.replace", *key, body={"place": 9})
    assert put == {"number": int(key[0]), "place": 9, "rank": None, "label": None, "day": None, "starts": 0, "ends": 0}
    assert (await there.refused("entries.replace", *key, body={"rank": 1})).status == 400


async def test_put_sets_what_the_database_has_a_default_for(abroad: World) -> None:
    archive = Actor(uuid.UUID(int=1), frozenset({"archive"}))
    await abroad.insert("Artist", {"ArtistId": 1, "Name": "Nobody"})
    made = await abroad.data("albums.create", by=archive, body={"title": "One", "artist_id": 1})
    assert made["copies"] == 0
    await abroad.call("albums.update", made["id"], by=archive, body={"copies": 7})
    put = await abroad.data("albums.replace", made["id"], by=archive, body={"title": "Two"})
    assert (put["title"], put["copies"], put["withdrawn"]) == ("Two", 0, False)


@pytest.mark.requirement("A3.08")
async def test_put_does_not_reset_a_field_that_its_writer_may_not_write(there: World) -> None:
    await people(there)
    key = (
        await there.call("documents.create", by=FINANCE, body=document(budget={"amount": "5.00", "currency": "EUR"}))
    ).key
    assert key is not None
    await there.run("UPDATE documents SET level = 3")
    put = await there.call("documents.replace", *key, by=ANN, body={"title": "B"}, if_match='"1"')
    assert put.status == 200
    (row,) = await there.rows("documents")
    assert (str(row["budget"]), row["level"], row["title"]) == ("5.00", 3, "B")
    await there.call("documents.replace", *key, by=FINANCE, body={"title": "C"}, if_match='"2"')
    (row,) = await there.rows("documents")
    assert (row["budget"], row["level"]) == (None, 3)


@pytest.mark.requirement("A1.06")
async def test_a_change_of_nothing_changes_nothing(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    before = await there.rows("documents")
    answer = await there.call("documents.update", *key, by=ANN, body={}, if_match='"1"')
    assert (answer.status, answer.version) == (200, "1")
    assert await there.rows("documents") == before
    assert await there.told("documents.update", *key, by=ANN, body={}, if_match='"2"') == 412
    assert await there.told("documents.update", *key, by=EVE, body={}, if_match="*") == 404


async def test_every_kind_goes_in_and_comes_out_the_same(there: World) -> None:
    await there.insert("labels", {"id": uuid.UUID(int=7), "word": "w", "hidden": False})
    table = there.application.resource("blanks")
    for turn in range(4):
        body: dict[str, Any] = {}
        for field in table.fields:
            if field.writable != "never" and field.name not in ("label_id", "size", "words"):
                kind = there.storage.kind("blanks", field.column)
                several = values(kind)
                encode = kind.encode() if kind.name in ("money", "decimal") else None
                value = several[turn % len(several)]
                value = value if encode is None else encode(value)
                plain = isinstance(value, str | int | float | dict)
                body[field.name] = value if plain else value.isoformat() if hasattr(value, "isoformat") else str(value)
        body |= {"label_id": str(uuid.UUID(int=7)), "size": {"width": turn, "height": None}, "words": ["a", "ü"]}
        made = await there.call("blanks.create", body=body)
        assert made.key is not None
        shown = await there.data("blanks.get", *made.key)
        assert "secret" not in shown
        for name, value in body.items():
            if name == "moment":
                assert dt.datetime.fromisoformat(shown[name]) == dt.datetime.fromisoformat(value)
            elif name != "secret":
                assert shown[name] == value, name


@pytest.mark.requirement("A1.07")
async def test_a_deleted_row_is_gone(there: World) -> None:
    key = (await there.call("entries.create", body={"place": 1})).key
    assert key is not None
    answer = await there.call("entries.delete", *key)
    assert (answer.status, answer.data, answer.key) == (204, None, None)
    assert await there.rows("entries") == []
    assert await there.told("entries.delete", *key) == 404
    assert await there.told("entries.update", *key, body={}) == 404


async def test_a_kept_row_is_invisible_everywhere_when_it_is_deleted(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document(state="draft"))).key
    assert key is not None
    await there.insert("labels", {"id": uuid.UUID(int=7), "word": "w", "hidden": False})
    await there.insert("document_labels", {"document_id": uuid.UUID(key[0]), "label_id": uuid.UUID(int=7)})
    link = (key[0], uuid.UUID(int=7))
    assert await there.told("documents.delete", *key, by=ANN) == 428
    assert await there.told("documents.delete", *key, by=ANN, if_match='"9"') == 412
    assert await there.told("documents.delete", *key, by=ANN, if_match='"1"') == 204
    (row,) = await there.rows("documents")
    assert row["deleted_at"] is not None
    assert row["version"] == 2
    for name, more in (("get", {}), ("update", {"body": {}, "if_match": "*"}), ("delete", {"if_match": "*"})):
        assert await there.told(f"documents.{name}", *key, by=ANN, **more) == 404
    assert (await there.call("documents.list", by=ANN, ask={"count": "exact"})).meta.total == 0  # type: ignore[union-attr]
    assert await there.told("document_labels.delete", *link, by=ANN) == 204


@pytest.mark.requirement("A3.08")
async def test_what_is_written_once_or_never_cannot_be_changed(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    never = ("id", "version", "created_at", "updated_at", "author_id")
    for operation, names in (("update", (*never, "number", "folder_id")), ("replace", (*never, "number", "folder_id"))):
        for name in names:
            error = await there.refused(
                f"documents.{operation}", *key, by=ANN, body={"title": "t", name: 1}, if_match="*"
            )
            assert [(detail.field, detail.code) for detail in error.details] == [(name, "not_writable")]
    for name in never:
        error = await there.refused("documents.create", by=ANN, body=document(**{name: 1}))
        assert [(detail.field, detail.code) for detail in error.details] == [(name, "not_writable")]
    error = await there.refused("documents.create", by=ANN, body=document(deleted_at=None))
    assert error.status == 400


async def test_versions_count_up_and_a_write_may_name_the_one_it_read(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None

    async def told(**more: str) -> int:
        return await there.told("documents.update", *key, by=ANN, body={"title": "x"}, **more)

    assert await told() == 428
    for wrong in ('"2"', '"0"', "1", 'W/"1"', '""', '"x"', '"1', '"2", "3"', "", '"99999999999999999999999"', '"-1"'):
        assert await told(if_match=wrong) == 412, wrong
    got = await there.call("documents.get", *key, by=ANN)
    assert got.version is not None
    assert got.version.startswith("1.")
    assert await told(if_match=f'"{got.version}"') == 200
    assert await told(if_match='"7", "2" , "9"') == 200
    assert await told(if_match="*") == 200
    assert await told(if_match='"4"', if_none_match="*") == 412
    assert await told(if_match='"4"', if_none_match='W/"4"') == 412
    assert await told(if_match='"4"', if_none_match='"3"') == 200
    (row,) = await there.rows("documents")
    assert row["version"] == 5
    assert row["updated_at"] > row["created_at"]
    assert await there.told("entries.create", body={"place": 1}, if_match='"9"') == 201


async def test_if_match_never_holds_for_rows_without_versions_but_for_any(there: World) -> None:
    key = (await there.call("entries.create", body={"place": 1})).key
    assert key is not None
    assert await there.told("entries.update", *key, body={"place": 2}, if_match='"1"') == 412
    assert await there.told("entries.update", *key, body={"place": 2}, if_match="*") == 200
    assert await there.told("entries.update", *key, body={"place": 2}, if_none_match="*") == 412


@pytest.mark.requirement("A1.12")
async def test_a_write_needs_its_policy_on_the_old_row_and_on_the_new_one(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    before = await there.rows("documents")
    refused = await there.refused("documents.update", *key, by=ANN, body={"state": "public"}, if_match="*")
    assert refused.status == 403
    assert await there.rows("documents") == before
    assert await there.told("documents.update", *key, by=BEN, body={"title": "x"}, if_match="*") == 404
    assert await there.told("documents.create", by=BEN, body=document(number=2)) == 422
    assert await there.told("documents.create", by=EVE, body=document(number=2)) == 422
    await there.run("UPDATE folders SET open = " + ("1" if there.database.name == "sqlite" else "true"))
    assert await there.told("documents.create", by=BEN, body=document(number=2)) == 403
    assert await there.rows("documents") == before
    assert "INSERT" in there.database.ran[-2][0] + there.database.ran[-1][0]


async def test_a_new_row_that_its_writer_may_not_read_is_written_without_a_word(there: World) -> None:
    await people(there)
    key = (await there.call("documents.create", by=ANN, body=document())).key
    assert key is not None
    await there.insert("labels", {"id": uuid.UUID(int=7), "word": "free", "hidden": False})
    await there.insert("document_labels", {"document_id": uuid.UUID(key[0]), "label_id": uuid.UUID(int=7)})
    await there.call("documents.update", *key, by=ANN, body={"reviewer_id": str(EDITOR.id)}, if_match="*")
    await there.run("DELETE FROM document_labels", "UPDATE documents SET state = 'review'")
    answer = await there.call("documents.update", *key, by=EDITOR, body={"reviewer_id": None}, if_match="*")
    assert (answer.status, answer.data, answer.version, answer.key) == (204, None, None, None)
    (row,) = await there.rows("documents")
    assert row["reviewer_id"] is None


@pytest.mark.requirement("A1.12", "A3.08")
async def test_a_field_is_written_only_by_those_who_may(there: World) -> None:
    await people(there)
    euros = {"amount": "5.00", "currency": "EUR"}
    error = await there.refused("documents.create", by=ANN, body=document(budget=euros))
    assert [(detail.field, detail.code) for detail in error.details] == [("budget", "forbidden")]
    assert there.last.statements == 0
    assert (await there.refused("documents.create", by=FINANCE, body=document(level=1))).status == 403
    assert (await there.refused("documents.create", by=NOBODY, body=document(budget=euros))).status == 401
    key = (await there.call("documents.create", by=FINANCE, body=document(budget=euros))).key
    assert key is not None
    await there.run("UPDATE documents SET level = 7")
    error = await there.refused("documents.update", *key, by=ANN, body={"state": "review"}, if_match="*")
    assert [(error.status, detail.field) for detail in error.details] == [(403, "state")]


async def test_a_reference_to_what_may_not_be_read_is_one_to_what_is_not_there(there: World) -> None:
    await people(there)
    answers = []
    for folder in (ELSEWHERE, uuid.UUID(int=999)):
        error = await there.refused("documents.create", by=ANN, body=document(folder_id=str(folder)))
        answers.append((error.status, error.code, error.message, error.details))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422
    assert [detail.field for detail in answers[0][3]] == ["folder_id"]
    assert await there.rows("documents") == []


async def test_a_reference_of_two_columns_is_looked_at_whole_when_one_of_them_changes(abroad: World) -> None:
    keeper = Actor(uuid.UUID(int=1), claims={"shop": "a", "shops": ["a", "b"]})
    await abroad.insert("Artist", {"ArtistId": 1, "Name": "Nobody"})
    await abroad.insert("Album", {"AlbumId": 1, "Title": "t", "ArtistId": 1, "Copies": 0, "Withdrawn": False})
    await abroad.insert("Shelf", {"Shop": "a", "Place": 1}, {"Shop": "b", "Place": 2})
    made = await abroad.data("stocks.create", by=keeper, body={"shop": "a", "place": 1, "album_id": 1})
    error = await abroad.refused("stocks.update", made["id"], by=keeper, body={"place": 2})
    assert (error.status, {detail.field for detail in error.details}) == (422, {"shop", "place"})
    assert not any(text.startswith("UPDATE") for text, _ in abroad.database.ran)
    error = await abroad.refused("stocks.create", by=keeper, body={"shop": "b", "place": 1, "album_id": 1})
    assert error.status == 422
