"""Rows under the path of another one: only its own, and nothing where it may not be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.engine.test_writes import ANN, BEN, EVE, TEAM, people
from tests.engine.world import World

MINE, HIS = (TEAM, ANN.id), (TEAM, BEN.id)


async def away(there: World) -> None:
    """Ann and Ben in one team, each away for two days."""
    await people(there)
    await there.insert("memberships", {"team_id": TEAM, "user_id": BEN.id})
    for team, user in (MINE, HIS):
        days = [{"team_id": team, "user_id": user, "day": dt.date(2026, 2, day)} for day in (1, 2)]
        await there.insert("absences", *days)


def days(rows: list[dict[str, Any]]) -> list[str]:
    """The days of some absences."""
    return [row["day"] for row in rows]


def test_a_path_is_that_of_the_parent_and_then_its_own(there: World) -> None:
    paths = {one.name: one.path for one in there.application.operations if one.resource == "absences"}
    assert paths["absences.list"] == "/api/v1/absences"
    assert paths["memberships.absences.list"] == "/api/v1/memberships/{team_id}/{user_id}/absences"
    assert paths["memberships.absences.get"] == "/api/v1/memberships/{team_id}/{user_id}/absences/{id}"
    body = there.application.operation("memberships.absences.create").body
    assert body is not None
    assert (body.name, [part.name for part in body.parts]) == ("NewAbsenceOfMembership", ["day"])


async def test_a_list_has_the_rows_of_its_parent_alone(there: World) -> None:
    await away(there)
    answer = await there.call("memberships.absences.list", *MINE, by=ANN, ask={"count": "exact", "limit": 1})
    assert there.last.statements == 3
    assert answer.meta is not None
    assert (len(answer.data), answer.meta.total) == (1, 2)
    ask = {"cursor": answer.meta.next}
    assert len(await there.data("memberships.absences.list", *MINE, by=ANN, ask=ask)) == 1
    assert await there.data("memberships.absences.list", *HIS, by=ANN) == []  # hers to read, not his days
    assert days(await there.data("memberships.absences.list", *MINE, by=ANN, ask={"day": "2026-02-02"})) == [
        "2026-02-02"
    ]


async def test_a_parent_that_may_not_be_read_is_not_there(there: World) -> None:
    await away(there)
    for name, key in (("list", MINE), ("list", (TEAM, EVE.id)), ("create", MINE)):
        body = {"body": {"day": "2026-03-01"}} if name == "create" else {}
        error = await there.refused(f"memberships.absences.{name}", *key, by=EVE, **body)
        assert (error.status, error.code) == (404, "NOT_FOUND")
        assert there.last.statements == 1
    error = await there.refused("memberships.absences.list", "x", ANN.id, by=ANN)
    assert (error.status, [detail.field for detail in error.details]) == (400, ["team_id"])


async def test_a_row_is_under_its_parent_and_under_no_other(there: World) -> None:
    await away(there)
    key = (await there.data("memberships.absences.list", *MINE, by=ANN))[0]["id"]
    assert (await there.data("memberships.absences.get", *MINE, key, by=ANN))["id"] == key
    assert there.last.statements == 2
    for name, more in (("get", {}), ("update", {"body": {"day": "2026-05-01"}}), ("delete", {})):
        assert await there.told(f"memberships.absences.{name}", *HIS, key, by=ANN, **more) == 404
    changed = await there.data("memberships.absences.update", *MINE, key, by=ANN, body={"day": "2026-05-01"})
    assert changed["day"] == "2026-05-01"
    assert there.last.statements <= there.application.operation("memberships.absences.update").statements
    assert await there.told("memberships.absences.delete", *MINE, key, by=ANN) == 204


@pytest.mark.requirement("A1.04")
async def test_a_new_row_refers_to_the_parent_in_the_path(there: World) -> None:
    await away(there)
    made = await there.call("memberships.absences.create", *MINE, by=ANN, body={"day": "2026-03-01"})
    assert made.status == 201
    assert there.last.statements == len(there.database.ran[-there.last.statements :])
    rows = [row for row in await there.rows("absences") if row["day"] == dt.date(2026, 3, 1)]
    assert [(row["team_id"], row["user_id"]) for row in rows] == [MINE]
    body = {"day": "2026-03-02", "team_id": str(TEAM)}
    assert (await there.refused("memberships.absences.create", *MINE, by=ANN, body=body)).status == 400
    assert await there.told("memberships.absences.create", *HIS, by=ANN, body={"day": "2026-03-01"}) == 403
