"""Actions through HTTP: their rows, arguments, sessions, answers and refusals, on both databases."""

from __future__ import annotations

from uuid import UUID

import pytest

from mainstay.events import Broke, CallFinished
from tests.apps.desk import BEN
from tests.behaviour.conftest import Caller


@pytest.mark.requirement("A1.08")
async def test_an_action_on_a_row_changes_it_and_answers_it_as_its_resource_does(calling: Caller) -> None:
    await calling.ticket("one")
    answer = await calling.send("POST", "/tickets/one/close", "anna", {"reason": "fixed"})
    assert answer.status_code == 200
    shown = answer.json()["data"]
    assert (shown["slug"], shown["state"], shown["version"]) == ("one", "closed", 2)
    read = await calling.send("GET", "/tickets/one", "anna")
    assert read.json()["data"] == shown
    assert read.headers["etag"] == answer.headers["etag"]
    assert await calling("GET", "/tickets/one/remarks", "anna") == (200, ["fixed"])
    assert (await calling("GET", "/sayings", "anna"))[1][0]["author_id"] == str(UUID(int=1))


async def test_a_default_stands_for_an_argument_that_is_left_out(calling: Caller) -> None:
    await calling.ticket("one")
    assert (await calling("POST", "/tickets/one/close", "anna", {}))[0] == 200
    assert await calling("GET", "/tickets/one/remarks", "anna") == (200, ["done"])


async def test_who_may_not_read_the_row_is_told_404_and_who_may_not_act_403(calling: Caller) -> None:
    await calling.ticket("secret")
    assert (await calling("POST", "/tickets/secret/close", "ben", {}))[0] == 404
    assert (await calling("POST", "/tickets/missing/close", "anna", {}))[0] == 404
    assert (await calling("POST", "/tickets/secret/close", "boss", {}))[0] == 403
    assert (await calling("POST", "/tickets/secret/close", "", {}))[0] == 401
    assert (await calling("PUT", "/tickets/secret/hours", "boss", {"hours": 2}))[0] == 200


@pytest.mark.requirement("A1.15", "A4.17")
async def test_what_is_refused_is_undone_and_told_with_its_own_code(calling: Caller) -> None:
    await calling.ticket("one")
    await calling("POST", "/tickets/one/close", "anna", {})
    status, error = await calling("POST", "/tickets/one/close", "anna", {"reason": "again"})
    assert (status, error["code"], error["message"]) == (422, "ALREADY_CLOSED", "the ticket is closed")
    assert [(detail["field"], detail["code"]) for detail in error["details"]] == [("state", "already_closed")]
    assert await calling("GET", "/tickets/one/remarks", "anna") == (200, ["done"])


@pytest.mark.requirement("A1.15")
async def test_a_number_beyond_its_bits_that_an_action_works_out_is_refused(calling: Caller) -> None:
    await calling.ticket("one")
    await calling.ticket("two")
    assert (await calling("PUT", "/tickets/one/hours", "anna", {"hours": 1}))[0] == 200
    status, error = await calling("PUT", "/tickets/one/hours", "anna", {"hours": 2**63 - 1})
    assert (status, error["code"]) == (422, "CHECK_FAILED")
    ids = [(await calling("GET", f"/tickets/{slug}", "anna"))[1]["id"] for slug in ("one", "two")]
    for shift in ("shift", "shift-at-once"):
        body = {"giver": ids[1], "taker": ids[0], "hours": 2**63 - 1}
        status, error = await calling("POST", f"/tickets/{shift}", "anna", body)
        assert (status, error["code"]) == (422, "CHECK_FAILED")
    assert (await calling("GET", "/tickets/one", "anna"))[1]["hours"] == 1


async def test_every_mistake_in_the_arguments_is_told_at_once(calling: Caller) -> None:
    await calling.ticket("one")
    body = {"hours": -1, "place": {"floor": "high"}, "hour": 2}
    status, error = await calling("PUT", "/tickets/one/hours", "anna", body)
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    found = {detail["field"]: detail["message"] for detail in error["details"]}
    assert set(found) == {"hours", "place.floor", "hour"}
    assert "did you mean hours?" in found["hour"]
    status, error = await calling("PUT", "/tickets/one/hours?a=1", "anna", {})
    assert [(detail["field"], detail["code"]) for detail in error["details"]] == [
        ("a", "unknown_parameter"),
        ("hours", "required"),
    ]
    assert (await calling("PUT", "/tickets/one/hours", "anna", [1]))[0] == 400


@pytest.mark.requirement("A1.39")
async def test_a_call_is_validated_then_the_business_decides_then_it_is_answered(calling: Caller) -> None:
    await calling.ticket("one")
    status, answer = await calling("POST", "/tickets/one/close", "anna", {"reason": "fixed"})
    assert (status, answer["state"]) == (200, "closed")
    assert (await calling("GET", "/tickets/one", "anna"))[1] == answer
    status, error = await calling("POST", "/tickets/one/close", "anna", {"reason": 7})
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")  # though the business would refuse it too
    status, error = await calling("POST", "/tickets/one/close", "anna", {"reason": "again"})
    assert (status, error["code"]) == (422, "ALREADY_CLOSED")
    assert await calling("GET", "/tickets/one/remarks", "anna") == (200, ["fixed"])


async def test_a_def_runs_as_an_async_def_does(calling: Caller) -> None:
    await calling.ticket("one")
    status, shown = await calling("PUT", "/tickets/one/hours", "anna", {"hours": 3, "place": {"floor": 2}})
    assert (status, shown["hours"], shown["place"]) == (200, 3, {"floor": 2, "room": ""})
    status, shown = await calling("PUT", "/tickets/one/hours", "anna", {"hours": 4})
    assert (shown["hours"], shown["place"]["floor"], shown["version"]) == (7, 2, 3)
    assert shown["updated_at"] > shown["created_at"]


async def test_a_row_that_its_writer_may_no_longer_read_is_not_answered(calling: Caller) -> None:
    await calling.ticket("one")
    assert await calling("POST", "/tickets/one/hand-over", "anna", {"to": str(BEN.id)}) == (204, None)
    assert (await calling("GET", "/tickets/one", "anna"))[0] == 404
    assert (await calling("GET", "/tickets/one", "ben"))[0] == 200


@pytest.mark.requirement("A2.24")
async def test_many_rows_are_all_changed_or_none(calling: Caller) -> None:
    for slug in ("one", "two", "three"):
        await calling.ticket(slug)
    for slug in ("one", "two"):
        await calling("POST", f"/tickets/{slug}/close", "anna", {})
    body = {"tickets": ["two", "one", "three"], "reason": "no"}
    status, error = await calling("POST", "/tickets/reopen", "anna", body)
    assert (status, error["code"]) == (422, "NOT_CLOSED")
    assert [row["state"] for row in (await calling("GET", "/tickets?sort=title", "anna"))[1]] == [
        "closed",
        "open",
        "closed",
    ]
    status, rows = await calling("POST", "/tickets/reopen", "anna", {"tickets": ["two", "one"], "reason": "no"})
    assert status == 200
    assert [(row["slug"], row["state"]) for row in rows] == [("two", "open"), ("one", "open")]


async def test_each_of_many_rows_is_under_the_policies(calling: Caller) -> None:
    await calling.ticket("mine")
    await calling.ticket("theirs", "ben")
    for slug, by in (("mine", "anna"), ("theirs", "ben")):
        await calling("POST", f"/tickets/{slug}/close", by, {})
    both = {"tickets": ["mine", "theirs"], "reason": "no"}
    assert (await calling("POST", "/tickets/reopen", "anna", both))[0] == 404
    assert (await calling("POST", "/tickets/reopen", "boss", both))[0] == 403
    assert (await calling("GET", "/tickets/mine", "anna"))[1]["state"] == "closed"
    for keys in ([], ["mine", "mine"], "mine", ["mine"] * 101, None):
        body = {"tickets": keys, "reason": "no"}
        status, error = await calling("POST", "/tickets/reopen", "anna", body)
        assert status == 400
        assert all(detail["field"].startswith("tickets") for detail in error["details"])


async def test_many_rows_are_answered_by_one_statement_in_the_order_in_which_they_are_returned(calling: Caller) -> None:
    slugs = [f"t{number}" for number in range(6)]
    for slug in slugs:
        await calling.ticket(slug)
        await calling("POST", f"/tickets/{slug}/close", "anna", {})
    for few in (slugs[:2], slugs[:1:-1]):
        status, rows = await calling("POST", "/tickets/reopen", "anna", {"tickets": few, "reason": "r"})
        assert (status, [row["slug"] for row in rows]) == (200, few)
        (*_, last) = [event for event in calling.events if isinstance(event, CallFinished)]
        assert last.statements == len(few) + 1  # each row is found and locked by one of its own


async def test_an_action_about_no_row_answers_what_its_type_says(calling: Caller) -> None:
    await calling.ticket("one")
    assert await calling("GET", "/tickets/counted?state=open") == (200, {"state": "open", "number": 1})
    status, error = await calling("GET", "/tickets/counted?state=shut")
    assert (status, error["details"][0]["field"]) == (400, "state")
    assert (await calling("GET", "/tickets/counted"))[1]["details"][0]["code"] == "required"


async def test_a_model_that_is_alone_is_the_whole_body(calling: Caller) -> None:
    status, shown = await calling("POST", "/tickets/wish", "ben", {"title": "Tea", "hours": 2})
    assert (status, shown["slug"], shown["hours"], shown["owner_id"]) == (201, "tea", 2, str(BEN.id))
    status, error = await calling("POST", "/tickets/wish", "ben", {"hours": -1})
    assert {detail["field"] for detail in error["details"]} == {"title", "hours"}


async def test_what_a_constraint_refuses_is_told_as_for_a_create(calling: Caller) -> None:
    await calling("POST", "/tickets/wish", "ben", {"title": "Tea"})
    status, error = await calling("POST", "/tickets/wish", "ben", {"title": "Tea"})
    assert (status, error["code"], error["details"][0]["field"]) == (409, "DUPLICATE", "slug")


async def test_actions_stand_without_a_resource(calling: Caller) -> None:
    body = {"name": "ben", "since": "2026-01-02"}
    assert await calling("POST", "/users/login", "", body) == (200, {"token": "ben", "since": "2026-01-02"})
    assert await calling("GET", "/users/ben/greeting?loud=true", "anna") == (200, "Hello ben!")
    assert (await calling("GET", "/users/ben/greeting"))[0] == 401
    for _ in range(2):
        await calling("POST", "/users/login", "", body)
    assert (await calling("POST", "/users/login", "", body))[0] == 429


async def test_save_asks_the_policies_of_the_resource(calling: Caller) -> None:
    await calling.ticket("one")
    path = "/tickets/one/saved"
    assert (await calling("POST", path, "anna", {"title": "New"}))[0] == 204
    assert (await calling("GET", "/tickets/one", "anna"))[1]["title"] == "New"
    assert (await calling("POST", path, "boss", {"title": "Mine"}))[0] == 403  # reads it, and may not update it
    assert (await calling("POST", path, "anna", {"title": "x", "public": True}))[0] == 403  # may not write the field
    await calling.ticket("hidden", "ben")
    hidden = (await calling("GET", "/tickets/hidden", "ben"))[1]["id"]
    status, error = await calling("POST", path, "anna", {"title": "x", "parent": hidden})
    assert (status, error["code"]) == (422, "REFERENCE_NOT_FOUND")
    assert (await calling("GET", "/tickets/one", "anna"))[1]["title"] == "New"


async def test_nothing_is_loaded_by_being_looked_at(calling: Caller) -> None:
    await calling.ticket("above")
    above = (await calling("GET", "/tickets/above", "anna"))[1]["id"]
    await calling.ticket("below", parent_id=above)
    assert (await calling("POST", "/tickets/below/looked-at", "anna"))[0] == 500
    (broke,) = [event for event in calling.events if isinstance(event, Broke)]
    assert "selectinload(Ticket.parent)" in str(broke.error)


async def test_an_action_does_not_end_its_transaction(calling: Caller) -> None:
    assert (await calling("POST", "/tickets/committed", "anna"))[0] == 500
    (broke,) = [event for event in calling.events if isinstance(event, Broke)]
    assert "committed when it returns" in str(broke.error)


async def test_if_match_holds_for_an_action(calling: Caller) -> None:
    await calling.ticket("one")
    stale = {"If-Match": '"7"'}
    assert (await calling("POST", "/tickets/one/close", "anna", {}, headers=stale))[0] == 412
    fresh = {"If-Match": (await calling.send("GET", "/tickets/one", "anna")).headers["etag"]}
    assert (await calling("POST", "/tickets/one/close", "anna", {}, headers=fresh))[0] == 200
