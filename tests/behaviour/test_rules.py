"""Rules, state machines, and writes done in a way of their own, through HTTP on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from mainstay import compiler
from mainstay.events import Broke
from tests.apps import shop
from tests.behaviour.conftest import Caller, serving

PURCHASES = compiler.compile(shop.RESOURCES).application


@pytest.fixture
async def calling(module_database_url: str) -> AsyncIterator[Caller]:
    """A caller of the shop."""
    async with serving(module_database_url, shop.RESOURCES, shop.PEOPLE) as caller:
        async with caller.app.sessions.begin() as session:
            session.add_all([shop.Customer(id=actor.id, name=name) for name, actor in shop.PEOPLE.items()])
        yield caller


async def bought(calling: Caller, **more: object) -> str:
    """The path of a purchase of anna's."""
    answer = await calling.send("POST", "/purchases", "anna", {"amount": 5, **more})
    assert answer.status_code == 201, answer.text
    path = answer.headers["location"].removeprefix("/api/v1")
    assert (await calling("GET", path, "anna"))[1] == answer.json()["data"]
    return str(path)


async def happened(calling: Caller) -> list[str]:
    """What is noted, in order."""
    return [event["word"] for event in (await calling("GET", "/events", "anna"))[1]]


@pytest.mark.requirement("A4.17", "A1.15")
async def test_a_rule_is_asked_by_every_write(calling: Caller) -> None:
    status, error = await calling("POST", "/purchases", "anna", {"amount": 101})
    assert (status, error["code"], error["details"][0]["field"]) == (422, "TOO_MUCH", "amount")
    path = await bought(calling, amount=101, note="a gift")
    for method, body in (("PATCH", {"note": ""}), ("PUT", {"amount": 200, "note": "", "state": "pending"})):
        status, error = await calling(method, path, "anna", body)
        assert (status, error["code"]) == (422, "TOO_MUCH")
    assert (await calling("PATCH", path, "anna", {"note": "", "amount": 100}))[0] == 200
    await bought(calling)
    await bought(calling)
    status, error = await calling("POST", "/purchases", "anna", {"amount": 1})
    assert (status, error["code"]) == (422, "TOO_MANY")
    assert (await calling("POST", "/purchases", "ben", {"amount": 1}))[0] == 201


async def test_policies_come_before_rules(calling: Caller) -> None:
    path = await bought(calling)
    assert (await calling("PATCH", path, "ben", {"amount": 101}))[0] == 404
    assert (await calling("POST", "/purchases", "", {"amount": 101}))[0] == 401
    assert (await calling("PATCH", path, "anna", {"amount": 101}, headers={"If-Match": '"9"'}))[0] == 412
    assert (await calling("DELETE", path, "ben"))[0] == 404


async def test_a_write_done_in_a_way_of_its_own_is_one_transaction(calling: Caller) -> None:
    path = await bought(calling)
    purchase = (await calling("GET", path, "anna"))[1]
    assert (purchase["number"], purchase["version"]) == (1, 1)
    status, shown = await calling("PATCH", path, "anna", {"state": "paid"})
    assert (status, shown["state"], shown["version"]) == (200, "paid", 2)
    status, error = await calling("DELETE", path, "anna")
    assert (status, error["code"]) == (422, "PAID")
    other = await bought(calling)
    assert (await calling("DELETE", other, "anna"))[0] == 204
    assert (await calling("GET", other, "anna"))[0] == 404
    assert await happened(calling) == ["created", "paid", "created", "deleted"]


async def test_a_choice_follows_only_what_it_may_follow(calling: Caller) -> None:
    status, error = await calling("POST", "/purchases", "anna", {"amount": 1, "state": "paid"})
    assert (status, error["code"], error["details"][0]["field"]) == (409, "INVALID_TRANSITION", "state")
    assert error["details"][0]["message"] == "cannot begin as paid, only as pending"
    path = await bought(calling, payment="card")
    assert (await calling("PATCH", path, "anna", {"state": "pending"}))[0] == 200
    assert (await calling("PATCH", path, "anna", {"payment": "cash"}))[0] == 409
    for method, body in (("PATCH", {"payment": None}), ("PUT", {"amount": 5, "note": ""})):
        status, error = await calling(method, path, "anna", body)
        assert (status, error["code"]) == (409, "INVALID_TRANSITION")
    assert (await calling("POST", f"{path}/settle", "anna", {"state": "paid"}))[0] == 204
    status, error = await calling("POST", f"{path}/settle", "anna", {"state": "pending"})
    assert (status, error["code"]) == (409, "INVALID_TRANSITION")
    status, error = await calling("PUT", path, "anna", {"amount": 1, "state": "cancelled"})
    assert (status, error["details"][0]["message"]) == (409, "is paid and does not change any more")
    assert (await calling("GET", path, "anna"))[1]["amount"] == 5


async def test_of_two_that_race_for_a_state_one_wins(calling: Caller) -> None:
    path = await bought(calling)
    ways = [calling("PATCH", path, "anna", {"state": state}) for state in ("paid", "cancelled") * 4]
    statuses = [status for status, _ in await asyncio.gather(*ways)]
    assert sorted(set(statuses)) == [200, 409]
    assert len([word for word in await happened(calling) if word in ("paid", "cancelled")]) == 1


async def test_a_rule_holds_under_a_parent(calling: Caller) -> None:
    path = await bought(calling)
    other = await bought(calling)
    answer = await calling.send("POST", f"{path}/complaints", "anna", {"text": "It is broken."})
    assert answer.status_code == 201
    complaint = answer.headers["location"].removeprefix("/api/v1").rpartition("/")[2]
    assert (await calling("POST", f"{path}/complaints", "anna", {"text": "BROKEN"}))[0] == 422
    assert (await calling("PATCH", f"{path}/complaints/{complaint}", "anna", {"text": "BROKEN"}))[0] == 422
    assert (await calling("PATCH", f"{other}/complaints/{complaint}", "anna", {"text": "Broken."}))[0] == 404
    status, shown = await calling("PATCH", f"{path}/complaints/{complaint}", "anna", {"text": "Broken."})
    assert (status, shown["text"]) == (200, "Broken.")
    assert (await calling("POST", f"{path}/complaints", "ben", {"text": "Mine too."}))[0] == 404
    status, shown = await calling("POST", f"/complaints/{complaint}/soften", "anna")
    assert (status, shown["text"]) == (200, "broken.")


async def test_an_action_calls_others_with_all_that_is_around_them(calling: Caller) -> None:
    path = await bought(calling, amount=101, note="a gift")
    status, shown = await calling("POST", f"{path}/repeat", "anna", {"state": "paid"})
    assert (status, shown["amount"], shown["state"], shown["number"]) == (200, 101, "paid", 2)
    assert await happened(calling) == ["created", "created"]
    assert (await calling("POST", f"{path}/repeat", "ben", {"state": "paid"}))[0] == 404
    # What an operation did that was refused is undone, and no more: the new one is there, and still pending
    refused = await calling("POST", f"{path}/settle", "anna", {"state": "paid"})
    assert refused[0] == 204
    status, shown = await calling("POST", f"{path}/repeat", "anna", {"state": "pending"})
    assert (status, shown["state"], shown["number"]) == (200, "pending", 3)
    status, error = await calling("POST", f"{path}/repeat", "anna", {"state": "paid"})
    assert (status, error["code"]) == (422, "TOO_MANY")


@pytest.mark.parametrize(
    "method, name, told", [("POST", "repeat-at-once", "purchases.settle awaits"), ("GET", "look", "which only reads")]
)
async def test_what_an_action_cannot_call_is_said(calling: Caller, method: str, name: str, told: str) -> None:
    path = await bought(calling)
    assert (await calling(method, f"{path}/{name}", "anna"))[0] == 500
    (broke,) = [event for event in calling.events if isinstance(event, Broke)]
    assert told in str(broke.error)
    assert (await calling("GET", path, "anna"))[1]["state"] == "pending"


def test_the_operations_say_what_is_around_them() -> None:
    update = PURCHASES.operation("purchases.update")
    assert update.rules == ("An amount over 100 needs a note.", "Nobody has more than three purchases.")
    assert update.overridden
    assert {"REFUSED", "INVALID_TRANSITION"} <= set(update.errors)
    assert PURCHASES.operation("purchases.delete").rules == ()
    assert not PURCHASES.operation("purchases.list").overridden
    purchases = PURCHASES.resource("purchases")
    assert purchases.transitions[0].steps == ((None, ("pending",)), ("pending", ("cancelled", "paid")))
    assert "From pending it becomes cancelled or paid." in purchases.field("state").description
