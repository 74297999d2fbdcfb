"""The OpenAPI document: valid, complete, true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from mainstay import DeclarationErrors, Mainstay, Settings, anyone, compiler, mount
from mainstay.projections.rest import openapi
from tests.app.kitchen import SIGNED_IN, Dishes, cook, kitchen
from tests.apps import desk, everything

METHODS = {"get", "put", "post", "delete", "patch"}
TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}


@pytest.fixture
def document(sqlite_url: str) -> dict[str, Any]:
    """The document of the kitchen."""
    return kitchen(sqlite_url).openapi()


def walk(json: Any) -> Iterator[dict[str, Any]]:
    """Every object in it."""
    if isinstance(json, dict):
        yield json
        for value in json.values():
            yield from walk(value)
    elif isinstance(json, list):
        for value in json:
            yield from walk(value)


@pytest.mark.requirement("A1.33")
def test_every_operation_is_described_once(document: dict[str, Any], sqlite_url: str) -> None:
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    operations = kitchen(sqlite_url).application.operations
    assert described == {(operation.method, operation.path) for operation in operations}
    ids = [item[method]["operationId"] for item in document["paths"].values() for method in item]
    assert len(ids) == len(set(ids))


def test_it_has_the_form_of_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["info"] == {"title": "Kitchen", "version": "1.2.3", "description": ""}
    assert document["servers"] == [{"url": "/", "description": "Where this document is."}]
    for path, item in document["paths"].items():
        assert set(item) <= METHODS
        for operation in item.values():
            assert operation["responses"]
            assert all(
                status.isdecimal() and answer["description"] for status, answer in operation["responses"].items()
            )
            named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
            for one in operation.get("parameters", ()):
                assert one["schema"] is not None
                assert one["required"] or one["in"] != "path"
    for schema in walk(document["components"]["schemas"]):
        if "$ref" in schema or not isinstance(schema.get("type", "string"), str | list):
            continue
        kinds = schema.get("type", [])
        assert set([kinds] if isinstance(kinds, str) else kinds) <= TYPES


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for json in walk(document):
        if isinstance(json.get("$ref"), str):
            _, _, sort, name = json["$ref"].split("/")
            assert name in document["components"][sort], json["$ref"]


@pytest.mark.requirement("A1.34")
def test_every_parameter_and_field_of_an_answer_is_described(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            if "kitchen" not in operation.get("tags", ()):
                continue
            assert all(one["description"] for one in operation["parameters"])


def test_custom_routes_have_our_errors(document: dict[str, Any]) -> None:
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    assert not any("422" in item["responses"] for item in document["paths"]["/custom/orders"].values())
    responses = document["paths"]["/custom/orders"]["post"]["responses"]
    assert set(responses) >= {"201", "400", "401", "403", "429", "500", "503"}
    assert document["paths"]["/custom/orders"]["post"]["security"] == [{"actor": []}]
    assert document["paths"]["/api/v1/dishes/today"]["get"]["security"] == [{}, {"actor": []}]
    assert "Order" in document["components"]["schemas"]


@pytest.mark.requirement("A1.35")
async def test_what_is_answered_is_what_is_described(calling: httpx2.AsyncClient) -> None:
    document = (await calling.get("/openapi.json")).json()
    made = await cook(calling, "soup")
    schemas = document["components"]["schemas"]
    assert set(made.json()["data"]) == set(schemas["Meal"]["properties"])
    listed = await calling.get("/api/v1/dishes?page=1")
    assert set(listed.json()["meta"]) <= set(schemas["Meta"]["properties"])
    for answer, method, path in [
        (await calling.get("/api/v1/dishes?x=1"), "get", "/api/v1/dishes"),
        (await calling.get("/api/v1/dishes", headers={"Accept": "text/html"}), "get", "/api/v1/dishes"),
        (await calling.post("/api/v1/dishes", headers=SIGNED_IN), "post", "/api/v1/dishes"),
        (await cook(calling, "soup"), "post", "/api/v1/dishes"),
        (await calling.get("/api/v1/dishes/none"), "get", "/api/v1/dishes/{slug}"),
    ]:
        told = document["paths"][path][method]["responses"][str(answer.status_code)]
        assert answer.json()["error"]["code"] in told["description"]


def test_statuses_are_called_as_the_standard_calls_them_on_every_python(document: dict[str, Any]) -> None:
    told = document["paths"]["/api/v1/dishes"]["post"]["responses"]
    assert told["413"]["description"] == "Content Too Large: PAYLOAD_TOO_LARGE"
    assert told["422"]["description"].startswith("Unprocessable Content: ")


def test_a_row_is_told_as_its_model_says_and_the_rows_as_the_resource_says(document: dict[str, Any]) -> None:
    told = "Those alone that `fields` names, where it names some."
    assert document["components"]["schemas"]["Meal"]["description"] == "Something to eat."
    assert document["components"]["schemas"]["SomeOfMeal"]["description"] == f"Something to eat.\n\n{told}"
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert tags["dishes"] == "Dishes, those that are served to everybody."


def test_a_value_of_a_shape_is_told_as_what_it_is_in_json() -> None:
    schemas = openapi.document(compiler.compile(everything.RESOURCES).application)["components"]["schemas"]
    told = [name.get("description") for one in schemas.values() for name in one.get("properties", {}).values()]
    assert "A list of the shape Words." in told
    assert "An object of the shape Size." in told
    assert "An object of the shape Words." not in told


def headers(told: dict[str, Any]) -> dict[str, bool]:
    """The headers that an operation takes, and whether they must be given."""
    return {one["name"]: one["required"] for one in told["parameters"] if one["in"] == "header"}


@pytest.mark.requirement("A1.33")
def test_what_a_version_is_good_for_is_described(document: dict[str, Any]) -> None:
    many, one = document["paths"]["/api/v1/dishes"], document["paths"]["/api/v1/dishes/{slug}"]
    for method in ("get", "put", "patch", "delete"):
        assert headers(one[method]) == {"If-Match": False, "If-None-Match": False}, method
        assert "PRECONDITION_FAILED" in one[method]["responses"]["412"]["description"]
        assert ("304" in one[method]["responses"]) is (method == "get")
    assert headers(many["get"]) == headers(many["post"]) == {}
    assert "ETag" in one["get"]["responses"]["304"]["headers"]
    for told, status in [(one["get"], "200"), (one["put"], "200"), (one["patch"], "200"), (many["post"], "201")]:
        assert "ETag" in told["responses"][status]["headers"]
    for told, status in [(many["get"], "200"), (one["delete"], "204")]:
        assert "ETag" not in told["responses"][status]["headers"]


def test_a_version_that_must_be_given_is_described(sqlite_url: str) -> None:
    class Careful(Dishes):
        must_match = True

    app = Mainstay(resources=[Careful], database=sqlite_url, settings=Settings(log="off"))
    one = next(item for path, item in app.openapi()["paths"].items() if path.endswith("/{slug}"))
    assert headers(one["get"]) == {"If-Match": False, "If-None-Match": False}
    for method in ("put", "patch", "delete"):
        assert headers(one[method]) == {"If-Match": True, "If-None-Match": False}
        assert "PRECONDITION_REQUIRED" in one[method]["responses"]["428"]["description"]


def test_slow_bodies_and_writes_that_are_not_shown_are_described(document: dict[str, Any], sqlite_url: str) -> None:
    class Open(Dishes):
        read = anyone

    many, one = document["paths"]["/api/v1/dishes"], document["paths"]["/api/v1/dishes/{slug}"]
    for told in (many["post"], one["put"], one["patch"]):
        assert "REQUEST_TIMEOUT" in told["responses"]["408"]["description"]
        assert "may not read" in told["responses"]["204"]["description"]
        assert "content" not in told["responses"]["204"]
    assert not {"408"} & (set(one["get"]["responses"]) | set(one["delete"]["responses"]))
    app = Mainstay(resources=[Open], database=sqlite_url, settings=Settings(log="off"))
    shown = [item["post"] for item in app.openapi()["paths"].values() if "post" in item]
    assert len(shown) == 1
    assert "204" not in shown[0]["responses"], "everybody may read what anybody writes"


class Error(BaseModel):
    """A model whose name is taken."""

    x: int


async def test_a_model_with_the_name_of_a_component_is_refused_at_start(tmp_path: Path) -> None:
    router = APIRouter()

    @router.post("/x")
    async def endpoint(body: Error) -> None: ...

    app = Mainstay(
        routers=[mount(router, allow=anyone)], database=f"sqlite:///{tmp_path}/a.db", settings=Settings(log="off")
    )
    with pytest.raises(DeclarationErrors, match="names of components that are there: Error"):
        async with app.router.lifespan_context(app):
            pass


def test_what_is_included_is_described_as_its_own_resource_answers_it() -> None:
    schemas = openapi.document(compiler.compile(everything.RESOURCES).application)["components"]["schemas"]
    documents = schemas["Document"]["properties"]
    assert documents["author"]["anyOf"][0] == {"$ref": "#/components/schemas/PublicUsers"}
    assert set(schemas["PublicUsers"]["properties"]) == {"id", "name"}
    assert documents["labels"]["items"] == {"$ref": "#/components/schemas/Label"}
    assert documents["labels"]["maxItems"] == 20
    assert schemas["Label"]["properties"]["documents"]["items"] == {"$ref": "#/components/schemas/Document"}
    assert documents["words"]["items"]["type"] == "string"
    assert (documents["words"]["type"], documents["words"]["maxItems"]) == ("array", 2)


def test_what_is_said_of_the_whole_is_said_as_to_fastapi(sqlite_url: str) -> None:
    router = APIRouter(tags=["kitchen"])

    @router.get("/x")
    async def endpoint() -> None: ...

    told = Mainstay(
        resources=[Dishes],
        routers=[mount(router, allow=anyone)],
        database=sqlite_url,
        settings=Settings(log="off"),
        summary="What there is to eat.",
        terms_of_service="/terms",
        contact={"name": "Anna", "email": "anna@example.com"},
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "/kitchen", "description": "Behind the proxy."}],
        openapi_tags=[{"name": "kitchen", "description": "What no guest sees."}, {"name": "unused"}],
    ).openapi()
    assert told["info"]["summary"] == "What there is to eat."
    assert told["info"]["termsOfService"] == "/terms"
    assert told["info"]["contact"] == {"name": "Anna", "email": "anna@example.com"}
    assert told["info"]["license"] == {"name": "MIT", "identifier": "MIT"}
    assert told["servers"] == [{"url": "/kitchen", "description": "Behind the proxy."}]
    assert told["tags"] == [
        {"name": "dishes", "description": "Dishes, those that are served to everybody."},
        {"name": "kitchen", "description": "What no guest sees."},
    ]


def test_groups_of_actions_and_custom_routes_have_tags_with_words(document: dict[str, Any]) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert tags["routes"] == "Routes of the application's own, beside its resources."
    assert document["paths"]["/custom/me"]["get"]["tags"] == ["routes"]
    told = openapi.document(compiler.compile(desk.RESOURCES).application)
    (words,) = [tag["description"] for tag in told["tags"] if tag["name"] == "sign_in"]
    assert words == "Who is who."


def test_a_row_is_whole_unless_fields_are_asked_for(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["Meal"]["required"]) == set(schemas["Meal"]["properties"])
    assert "required" not in schemas["SomeOfMeal"]
    assert schemas["SomeOfMeal"]["properties"] == schemas["Meal"]["properties"]
    many, one = document["paths"]["/api/v1/dishes"], document["paths"]["/api/v1/dishes/{slug}"]
    for told, status, name in [
        (many["get"], "200", "SomeOfMeal"),
        (one["get"], "200", "SomeOfMeal"),
        (many["post"], "201", "Meal"),
        (one["put"], "200", "Meal"),
        (one["patch"], "200", "Meal"),
    ]:
        data = told["responses"][status]["content"]["application/json"]["schema"]["properties"]["data"]
        assert data.get("items", data) == {"$ref": f"#/components/schemas/{name}"}
