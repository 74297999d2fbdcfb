"""Actions in the list of operations, in the OpenAPI document and in the proof."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from mainstay import compiler
from mainstay.backing.open import database
from mainstay.engine import performing
from mainstay.engine.plan import Guards
from mainstay.interchange import from_json, to_json
from mainstay.operation import Behaviour
from mainstay.projections.rest import document
from mainstay.proofs.access.proof import Result, Scale, prove
from tests.apps import desk

COMPILED = compiler.compile(desk.RESOURCES)
APPLICATION = COMPILED.application


def test_actions_go_to_json_and_back() -> None:
    assert from_json(json.loads(json.dumps(to_json(APPLICATION)))) == APPLICATION


def test_an_action_says_how_it_is_called() -> None:
    book = APPLICATION.operation("tickets.book")
    assert (book.method, book.path, book.status) == ("PUT", "/api/v1/tickets/{slug}/hours", 200)
    assert (book.summary, book.description) == ("Book", "Books hours on a ticket.")
    assert book.behaviour == Behaviour(rows="one", keys=1, answers="tickets")
    assert book.body is not None
    hours, place = book.body.parts
    assert (hours.required, hours.form.minimum, place.required, place.nullable) == (True, 0, False, True)
    reopen = APPLICATION.operation("tickets.reopen")
    assert reopen.behaviour == Behaviour(rows="many", argument="tickets", answers="tickets")
    assert reopen.many
    greeting = APPLICATION.operation("sign_in.greeting")
    assert [(one.name, one.place, one.required) for one in greeting.parameters] == [
        ("name", "path", True),
        ("loud", "query", False),
    ]


def test_the_document_has_actions() -> None:
    made = document(APPLICATION)
    close = made["paths"]["/api/v1/tickets/{slug}/close"]["post"]
    schemas = made["components"]["schemas"]
    assert (
        schemas["TicketsClose"]["properties"]["reason"]
        == {"type": "string"} | schemas["TicketsClose"]["properties"]["reason"]
    )
    assert schemas["TicketsClose"]["required"] == []
    done = close["responses"]["200"]
    assert done["content"]["application/json"]["schema"]["properties"]["data"] == {
        "$ref": "#/components/schemas/Ticket"
    }
    assert "ETag" in done["headers"]
    assert "REFUSED" in close["responses"]["422"]["description"]
    remarks = made["paths"]["/api/v1/tickets/{slug}/remarks"]["get"]["responses"]["200"]
    answer = remarks["content"]["application/json"]["schema"]["properties"]["data"]["$ref"].rpartition("/")[2]
    words = "What tickets.remarks answers."
    assert schemas[answer] == {"type": "array", "items": {"type": "string"}, "description": words}
    counted = made["paths"]["/api/v1/tickets/counted"]["get"]["responses"]["200"]
    assert counted["content"]["application/json"]["schema"]["properties"]["data"]["$ref"].endswith("/Counted")
    assert schemas["Counted"]["properties"]["number"]["description"].startswith("How many.")
    assert made["paths"]["/api/v1/users/login"]["post"]["tags"] == ["sign_in"]


async def found() -> Result:
    """What the proof finds now."""
    place = database("sqlite://")
    await place.open()
    try:
        return await prove(APPLICATION, COMPILED.storage, place, scale=Scale(mutants=0, interference=False))
    finally:
        await place.close()


def rows_of_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """An action finds rows that its caller may not read."""
    honest = performing.find_statement

    def careless(schema: Any, plan: Any) -> Any:
        kept = tuple((name, node) for name, node in plan.guards.conditions if name.startswith(":"))
        return honest(schema, replace(plan, guards=Guards(kept)))

    monkeypatch.setattr(performing, "find_statement", careless)


def actions_of_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """An action does not look at what it allows."""
    honest = performing.find_statement

    def careless(schema: Any, plan: Any) -> Any:
        kept = tuple((name, node) for name, node in plan.guards.conditions if not name.startswith(":"))
        return honest(schema, replace(plan, guards=Guards(kept)))

    monkeypatch.setattr(performing, "find_statement", careless)


@pytest.mark.requirement("A3.20")
@pytest.mark.parametrize("plant", [rows_of_everybody, actions_of_everybody])
async def test_the_proof_finds_an_action_that_asks_no_policy(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    result = await found()
    assert {item.about for item in result.disagreements} == {"act"}
    assert {item.operation for item in result.disagreements} >= {"tickets.close", "tickets.reopen", "tickets.book"}
