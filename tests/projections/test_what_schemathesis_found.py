"""Where Schemathesis found the document saying something else than what is answered."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from mainstay import compiler
from mainstay.projections.rest import openapi
from tests.accounts.app import application as notes
from tests.app.kitchen import SIGNED_IN, cook
from tests.apps import desk, everything, meals

ONE = "/api/v1/dishes/{slug}"
OPTIONAL: list[dict[str, Any]] = [{}, {"actor": []}]


async def test_one_need_not_sign_in_where_some_rows_are_for_everybody(calling: httpx2.AsyncClient) -> None:
    paths = (await calling.get("/openapi.json")).json()["paths"]
    assert (await cook(calling, "soup")).status_code == 201
    assert (await calling.get("/api/v1/dishes/soup")).status_code == 200
    assert paths["/api/v1/dishes"]["get"]["security"] == paths[ONE]["get"]["security"] == OPTIONAL
    assert (await calling.delete("/api/v1/dishes/soup")).status_code == 401
    for method in ("put", "patch", "delete"):
        assert paths[ONE][method]["security"] == [{"actor": []}]


async def test_a_body_of_a_row_has_no_members_but_its_own(calling: httpx2.AsyncClient) -> None:
    schemas = (await calling.get("/openapi.json")).json()["components"]["schemas"]
    for name in ("NewMeal", "WholeMeal", "ChangedMeal"):
        assert schemas[name]["additionalProperties"] is False
    body = {"slug": "a", "title": "A", "colour": "red"}
    assert (await calling.post("/api/v1/dishes", json=body, headers=SIGNED_IN)).status_code == 400
    assert "additionalProperties" not in schemas["Meal"], "clients may meet a newer server"


def test_objects_in_the_lists_of_a_body_have_no_members_but_their_own() -> None:
    schemas = openapi.document(compiler.compile(meals.RESOURCES).application)["components"]["schemas"]
    for name in ("WholeDinner", "WholeIngredientOfDinner", "ChangedIngredientOfDinner", "NewCourseOfCourseOfDinner"):
        assert schemas[name]["additionalProperties"] is False


@pytest.mark.parametrize("name", ["title", "title[ne]", "title[gte]", "rank", "rank[lt]"])
def test_more_may_be_asked_than_a_field_can_hold(name: str) -> None:
    document = openapi.document(compiler.compile(everything.RESOURCES).application)
    bounds = {"minLength", "maxLength", "pattern", "minimum", "maximum"}
    told = [
        parameter["schema"]
        for item in document["paths"].values()
        for parameter in item.get("get", {}).get("parameters", ())
        if parameter["name"] == name
    ]
    assert told
    assert not any(bounds & set(schema) for schema in told)


def test_what_a_list_in_a_query_can_have_is_a_pattern() -> None:
    document = openapi.document(compiler.compile(everything.RESOURCES).application)
    told = {one["name"]: one for one in document["paths"]["/api/v1/documents"]["get"]["parameters"]}
    samples = {one["name"]: one for one in document["paths"]["/api/v1/samples"]["get"]["parameters"]}
    for name, right, wrong in [
        ("fields", ("", "id", "id,title", "author.name"), ("none", "id,", "id;title")),
        ("sort", ("", "number", "-number"), ("none", "--number")),
        ("include", ("", "author", "author,labels"), ("none",)),
        ("number[in]", ("1", "-1,2", "9223372036854775806"), ("x", "1,", "1.5", "99999999999999999999")),
    ]:
        pattern = re.compile(told[name]["schema"]["pattern"])
        assert "\\-" not in pattern.pattern, "which is a mistake in the patterns of JavaScript"
        assert all(pattern.search(text) for text in right), name
        assert not any(pattern.search(text) for text in wrong), name
    assert samples["choice[in]"]["schema"]["pattern"] == "^(red|green|blue)(,(red|green|blue))*$"
    assert told["page"]["schema"]["maximum"] == 10_000


def test_the_body_of_an_action_has_no_members_but_its_arguments() -> None:
    schemas = openapi.document(compiler.compile(desk.RESOURCES).application)["components"]["schemas"]
    assert schemas["TicketsClose"]["additionalProperties"] is False


@pytest.mark.parametrize("name", ["email[gt]", "email[lte]", "url[lt]", "url[gte]"])
def test_a_bound_of_a_text_need_not_be_such_a_text(name: str) -> None:
    document = openapi.document(compiler.compile(everything.RESOURCES).application)
    told = {one["name"]: one["schema"] for one in document["paths"]["/api/v1/samples"]["get"]["parameters"]}
    assert told[name] == {"type": "string"}
    assert told[name.partition("[")[0]]["format"] in ("email", "uri")


@pytest.mark.requirement("A1.09")
async def test_an_action_beside_rows_has_no_methods_of_theirs(database_url: str) -> None:
    app = notes(database_url)
    transport = httpx2.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://it") as it:
        for path, allow in (("count", "GET, HEAD, OPTIONS"), ("close", "OPTIONS, POST")):
            for method in ("PUT", "PATCH", "DELETE"):
                answer = await it.request(method, f"/api/v1/notes/{path}", json={})
                assert (answer.status_code, answer.headers["allow"]) == (405, allow)
            assert (await it.options(f"/api/v1/notes/{path}")).headers["allow"] == allow
        assert (await it.put("/api/v1/notes/counts", json={})).status_code != 405
