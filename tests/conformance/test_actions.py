"""Actions, whoever calls: their rows, their arguments, who may, and that what is refused is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from mainstay.cli.through import Through
from tests.apps.desk import ANNA, BEN, BOSS, CARL
from tests.conformance.house import House, house

CHANGED = {"tickets": (0, 1, 0)}


@pytest.fixture
async def helpdesk(module_database_url: str, through: Through) -> AsyncIterator[House]:
    """The help desk with a ticket of Anna's, behind one caller."""
    async with house(module_database_url, through, "desk") as made:
        people = [{"id": actor.id, "name": f"p{actor.id.int}"} for actor in (ANNA, BEN, CARL, BOSS)]
        await made.there.insert("colleagues", *people)
        body = {"slug": "one", "title": "One"}
        await made.call("tickets.create", by=ANNA, body=body, changes={"tickets": (1, 0, 0)})
        yield made


async def test_an_action_changes_its_row_and_what_it_writes_beside_it(helpdesk: House) -> None:
    changes = {**CHANGED, "sayings": (1, 0, 0)}
    told = await helpdesk.call("tickets.close", "one", by=ANNA, body={"reason": "fixed"}, changes=changes, statements=2)
    assert (told.status, told.data["state"], told.data["version"]) == (200, "closed", 2)
    assert (await helpdesk.call("tickets.remarks", "one", by=ANNA, ask={"containing": "fix"})).data == ["fixed"]
    assert (await helpdesk.call("tickets.remarks", "one", by=ANNA, ask={"containing": "x y"})).data == []


@pytest.mark.requirement("A1.15")
async def test_what_an_action_refuses_is_undone_and_told_with_its_code(helpdesk: House) -> None:
    changes = {**CHANGED, "sayings": (1, 0, 0)}
    await helpdesk.call("tickets.close", "one", by=ANNA, body={}, changes=changes)
    told = await helpdesk.call("tickets.close", "one", by=ANNA, body={})
    assert (told.status, told.code, told.details) == (422, "ALREADY_CLOSED", (("state", "already_closed"),))


@pytest.mark.requirement("A3.17", "A3.20")
async def test_an_action_is_for_those_whom_it_allows_on_rows_that_they_may_read(helpdesk: House) -> None:
    told: list[int] = []
    for by in (None, BEN, BOSS):
        given: dict[str, Any] = {} if by is None else {"by": by}
        told.append((await helpdesk.call("tickets.close", "one", body={}, **given)).status)
    assert told == [401, 404, 403]
    assert (await helpdesk.call("tickets.close", "none", statements=1, by=ANNA, body={})).status == 404


async def test_every_mistake_in_the_arguments_is_told_at_once(helpdesk: House) -> None:
    told = await helpdesk.call("tickets.book", "one", by=ANNA, body={"hours": -1, "plce": {}}, statements=0)
    assert (told.status, {field for field, _ in told.details}) == (400, {"hours", "plce"})


async def test_many_rows_are_all_changed_or_none(helpdesk: House) -> None:
    for slug in ("two", "three"):
        body = {"slug": slug, "title": slug, "state": "closed"}
        await helpdesk.call("tickets.create", by=ANNA, body=body, changes={"tickets": (1, 0, 0)})
    refused = await helpdesk.call("tickets.reopen", by=ANNA, body={"tickets": ["two", "one"], "reason": "r"})
    assert (refused.status, refused.code) == (422, "NOT_CLOSED")
    done = await helpdesk.call(
        "tickets.reopen",
        by=ANNA,
        body={"tickets": ["three", "two"], "reason": "r"},
        changes={"tickets": (0, 2, 0)},
        statements=3,
    )
    assert [row["slug"] for row in done.data] == ["three", "two"]


async def test_an_action_without_rows_answers_what_its_type_says(helpdesk: House) -> None:
    told = await helpdesk.call("tickets.counted", ask={"state": "open"}, statements=0)
    assert (told.status, told.data) == (200, {"state": "open", "number": 1})
    wished = await helpdesk.call("tickets.wish", by=BEN, body={"title": "Wish"}, changes={"tickets": (1, 0, 0)})
    assert (wished.status, wished.data["owner_id"]) == (201, str(BEN.id))


async def test_an_action_calls_others_under_their_policies(helpdesk: House) -> None:
    done = await helpdesk.call("tickets.through", by=ANNA, body={"slug": "one", "title": "New"}, changes=CHANGED)
    assert done.data == {"listed": ["one"]}
    undone = await helpdesk.call("tickets.through", by=ANNA, body={"slug": "one", "title": "N", "fail": True})
    assert undone.code == "FAILED"
    assert (await helpdesk.call("tickets.through", by=BEN, body={"slug": "one", "title": "N"})).status == 404
