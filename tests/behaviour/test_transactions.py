"""Transactions of actions: their time, what they may wait for, their locks, what they call."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from mainstay.events import Broke
from tests.behaviour.conftest import Caller


async def title(calling: Caller, slug: str = "one") -> str:
    """The title of a ticket."""
    return str((await calling("GET", f"/tickets/{slug}", "anna"))[1]["title"])


def broke(calling: Caller) -> str:
    """What the last call broke with."""
    (*_, last) = [event for event in calling.events if isinstance(event, Broke)]
    return str(last.error)


@pytest.mark.requirement("A5.17")
@pytest.mark.parametrize("how", ["sleep", "connect", "task"])
async def test_waiting_for_the_outside_is_refused_with_two_ways_out(calling: Caller, how: str) -> None:
    await calling.ticket("one")
    assert (await calling("POST", "/tickets/one/ring", "anna", {"how": how}))[0] == 500
    assert ("socket.connect is called" if how == "connect" else "Tickets.ring waits for") in broke(calling)
    assert "@action(transaction=False)" in broke(calling)
    assert "write down in this transaction what is to be done" in broke(calling)
    assert await title(calling) == "One"


async def test_waiting_for_nothing_is_not(calling: Caller) -> None:
    await calling.ticket("one")
    assert (await calling("POST", "/tickets/one/ring", "anna", {"how": "nothing"}))[0] == 204
    assert await title(calling) == "rung"


@pytest.mark.requirement("A5.17")
async def test_a_call_of_the_outside_that_blocks_is_refused(calling: Caller) -> None:
    await calling.ticket("one")
    assert (await calling("POST", "/tickets/one/dial", "anna"))[0] == 500
    assert "socket" in broke(calling)
    assert await title(calling) == "One"


async def test_an_action_may_wait_between_transactions_of_its_own(calling: Caller) -> None:
    await calling.ticket("one")
    status, shown = await calling("POST", "/tickets/one/consult", "anna", {})
    assert (status, shown["title"], shown["version"]) == (200, "One, One", 2)
    assert await calling("GET", "/tickets/one/remarks", "anna") == (200, ["consulted"])
    assert (await calling("POST", "/tickets/one/consult", "ben", {}))[0] == 404
    assert (await calling("POST", "/tickets/one/consult", "boss", {}))[0] == 403
    assert (await calling("POST", "/tickets/one/consult", "anna", {"inside": True}))[0] == 500
    assert "waits for" in broke(calling)
    assert await calling("GET", "/tickets/one/remarks", "anna") == (200, ["consulted"])


@pytest.mark.parametrize("name", ["dawdle", "toil"])
async def test_what_takes_too_long_is_undone(calling: Caller, name: str) -> None:
    await calling.ticket("one")
    answer = await calling.send("POST", f"/tickets/one/{name}", "anna")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert await title(calling) == "One"
    assert (await calling("POST", "/tickets/one/close", "anna", {}))[0] == 200


@pytest.mark.parametrize("path", ["shift", "shift-at-once"])
async def test_locks_are_taken_in_one_order(calling: Caller, path: str) -> None:
    ids = []
    for slug in ("one", "two"):
        await calling.ticket(slug)
        ids.append((await calling("GET", f"/tickets/{slug}", "anna"))[1]["id"])
    ways = [ids, ids[::-1]] * 12
    bodies = [{"giver": giver, "taker": taker, "hours": number} for number, (giver, taker) in enumerate(ways)]
    answers = await asyncio.gather(*[calling("POST", f"/tickets/{path}", "anna", body) for body in bodies])
    assert {status for status, _ in answers} == {200}
    hours = [(await calling("GET", f"/tickets/{slug}", "anna"))[1]["hours"] for slug in ("one", "two")]
    assert hours == [12, -12]
    missing = {"giver": ids[0], "taker": str(UUID(int=77)), "hours": 1}
    assert (await calling("POST", f"/tickets/{path}", "anna", missing))[0] == 404


async def test_an_action_calls_other_operations_under_their_policies(calling: Caller) -> None:
    await calling.ticket("one")
    await calling.ticket("hidden", "ben")
    body = {"slug": "one", "title": "Two"}
    assert await calling("POST", "/tickets/through", "anna", body) == (200, {"listed": ["one"]})
    assert (await calling("POST", "/tickets/through", "anna", body | {"slug": "hidden"}))[0] == 404
    assert (await calling("POST", "/tickets/through", "boss", body))[0] == 403
    status, error = await calling("POST", "/tickets/through", "anna", body | {"title": "", "slug": "one"})
    assert (status, error["details"][0]["field"]) == (400, "title")
    assert (await calling("POST", "/tickets/through", "anna", body | {"title": "Three", "fail": True}))[0] == 422
    assert await title(calling) == "Two"
