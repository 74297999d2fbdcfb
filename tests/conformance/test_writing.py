"""Rows made, changed and deleted, whoever calls: just these rows, and only where the policies allow it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.conformance.house import House
from tests.engine.test_writes import ADMIN, ANN, BEN, EDITOR, EVE, FOLDER, LABELLER, people

MADE = {"documents": (1, 0, 0)}
CHANGED = {"documents": (0, 1, 0)}


def document(**more: Any) -> dict[str, Any]:
    """The body of a new document."""
    return {"number": 1, "title": "A title", "folder_id": str(FOLDER), **more}


async def made(at: House) -> str:
    """The key of a document that Ann has made."""
    await people(at.there)
    told = await at.call("documents.create", by=ANN, body=document(), changes=MADE, statements=4)
    assert told.status == 201
    key: str = told.data["id"]
    return key


@pytest.mark.requirement("A1.04")
async def test_a_row_is_made_with_its_defaults(at: House) -> None:
    await people(at.there)
    told = await at.call("documents.create", by=ANN, body=document(title="Ä \U0001f372 'x'"), changes=MADE)
    assert told.status == 201
    assert (told.data["title"], told.data["state"], told.data["author_id"]) == (
        "Ä \U0001f372 'x'",
        "draft",
        str(ANN.id),
    )


@pytest.mark.requirement("A1.05", "A1.06")
async def test_a_row_is_changed_in_part_and_as_a_whole(at: House) -> None:
    key = await made(at)
    patched = await at.call(
        "documents.update", key, by=ANN, body={"remark": "r"}, if_match='"1"', changes=CHANGED, statements=4
    )
    assert (patched.status, patched.data["remark"], patched.data["title"]) == (200, "r", "A title")
    put = await at.call(
        "documents.replace", key, by=ANN, body={"title": "B"}, if_match='"2"', changes=CHANGED, statements=4
    )
    assert (put.status, put.data["remark"], put.data["title"]) == (200, None, "B")
    nothing = await at.call("documents.update", key, by=ANN, body={}, if_match="*", statements=3)
    assert nothing.status == 200


async def test_a_change_of_what_another_has_changed_is_refused(at: House) -> None:
    key = await made(at)
    stale = await at.call("documents.update", key, by=ANN, body={"title": "x"}, if_match='"7"', statements=1)
    assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
    unsaid = await at.call("documents.update", key, by=ANN, body={"title": "x"}, statements=0)
    assert (unsaid.status, unsaid.code) == (428, "PRECONDITION_REQUIRED")


async def test_a_deleted_row_is_gone_for_everybody_and_kept_where_that_is_declared(at: House) -> None:
    key = await made(at)
    assert (await at.call("documents.delete", key, by=ANN, if_match="*", changes=CHANGED)).status == 204
    assert (await at.call("documents.get", key, by=ANN)).status == 404
    label = await at.call("labels.create", by=LABELLER, body={"word": "w"}, changes={"labels": (1, 0, 0)}, statements=1)
    assert label.status == 201
    assert (await at.call("labels.delete", "w", by=LABELLER, changes={"labels": (0, 0, 1)}, statements=2)).status == 204


@pytest.mark.requirement("A3.17", "A3.18")
async def test_a_write_that_is_not_allowed_changes_nothing_and_tells_no_more_than_a_read(at: House) -> None:
    key = await made(at)
    change: dict[str, Any] = {"body": {"title": "x"}, "if_match": "*"}
    assert (await at.call("documents.update", key, **change, statements=0)).status == 401
    assert (await at.call("documents.update", key, by=EVE, **change, statements=1)).status == 404
    await at.there.run("UPDATE documents SET state = 'public'")
    assert (await at.call("documents.update", key, by=EVE, **change, statements=1)).status == 403
    assert (await at.call("documents.update", key, by=EDITOR, changes=CHANGED, **change)).status == 200
    away = await at.call("documents.create", by=BEN, body=document(number=2))
    assert away.status in (403, 422)


async def test_what_must_be_unique_is_a_conflict_that_names_the_field(at: House) -> None:
    await made(at)
    told = await at.call("documents.create", by=ANN, body=document(), statements=3)
    assert (told.status, told.code, told.details) == (409, "DUPLICATE", (("number", "duplicate"),))


async def test_a_row_that_others_refer_to_stays(at: House) -> None:
    await people(at.there)
    told = await at.call("teams.delete", uuid.UUID(int=11), by=ADMIN, statements=2)
    assert (told.status, told.code) == (409, "STILL_REFERENCED")


async def test_a_reference_to_what_the_caller_may_not_read_is_one_to_nothing(at: House) -> None:
    await people(at.there)
    hidden = await at.call("folders.create", by=ANN, body={"name": "f", "team_id": str(uuid.UUID(int=99))})
    parent = uuid.UUID(int=22)
    body = {"name": "f", "team_id": str(uuid.UUID(int=11)), "parent_id": str(parent)}
    unread = await at.call("folders.create", by=ANN, body=body, statements=1)
    assert (unread.status, unread.code, unread.details[0][0]) == (422, "REFERENCE_NOT_FOUND", "parent_id")
    assert hidden.status in (403, 422)
