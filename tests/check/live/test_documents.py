"""Documents: what is read of each version, where they are found, and which collections their paths show."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from mainstay.check.live import document as documents, find_document
from mainstay.check.live.address import read
from mainstay.check.live.client import Client
from mainstay.check.live.collections import collections
from mainstay.check.live.document import Document, WrongDocument
from mainstay.check.live.limits import Limits
from mainstay.check.live.operations import Operation
from tests.check.live.conftest import served

SECOND = """
swagger: "2.0"
basePath: /api
security: [{key: []}]
securityDefinitions: {key: {type: apiKey, in: header, name: X-Key}}
definitions:
  Item: {type: object, required: [name], properties: {name: {type: string}, parent: {$ref: "#/definitions/Item"}}}
paths:
  /items:
    post:
      parameters: [{in: body, name: body, schema: {$ref: "#/definitions/Item"}}]
      responses: {"201": {schema: {$ref: "#/definitions/Item"}}}
  /files:
    post:
      security: []
      parameters: [{in: formData, name: file, type: file, required: true}]
      responses: {"200": {}}
"""
THIRD = """
openapi: 3.1.0
servers: [{url: "https://api.example/v1"}]
components:
  schemas:
    Base: {type: object, required: [id], properties: {id: {type: integer}}}
    Item:
      allOf:
        - $ref: "#/components/schemas/Base"
        - properties: {note: {anyOf: [{type: string, maxLength: 5}, {type: "null"}]}}
  parameters: {size: {name: size, in: query, schema: {type: integer}}}
paths:
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: [string, "null"]}}]
    put:
      security: [{}, {bearer: []}]
      parameters: [{$ref: "#/components/parameters/size"}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
      responses: {default: {description: Anything.}}
    delete: {security: [{bearer: []}], responses: {}}
"""


def test_a_document_of_the_second_version_is_read() -> None:
    create, upload = documents.parse(SECOND, "swagger.yml").operations
    assert (str(create), create.secured, upload.secured) == ("POST /api/items", True, False)
    assert create.body is not None
    assert list(create.body["properties"]["parent"]["properties"]) == ["name", "parent"]
    assert upload.upload is not None
    assert upload.upload["required"] == ["file"]


def test_a_document_of_the_third_version_is_read() -> None:
    put, delete = documents.parse(THIRD, "openapi.yml").operations
    assert (str(put), put.secured, delete.secured) == ("PUT /v1/items/{id}", False, True)
    assert [(each.name, each.place, each.schema["type"]) for each in put.parameters] == [
        ("id", "path", "string"), ("size", "query", "integer")
    ]  # fmt: skip
    assert put.body is not None
    assert put.body["properties"]["note"] == {"type": "string", "maxLength": 5, "nullable": True}
    assert set(put.body["properties"]) == {"id", "note"}


def test_what_an_address_says_goes_before_what_a_document_says() -> None:
    assert documents.parse(THIRD, "openapi.yml", "/api").operations[0].path == "/api/items/{id}"


@pytest.mark.parametrize("text", ["", "[]", "openapi: 3.0.0", "paths: {}", "a: [", "\0"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(WrongDocument, match=r"here"):
        documents.parse(text, "here")


def found_at(url: str, told: str = "") -> Document | None:
    with closing(Client(read(url, owned=False), Limits(), mark="probe")) as client:
        return find_document.found(client, told)


@pytest.mark.parametrize("place", ["/openapi.json", "/v3/api-docs", "/hidden/api.json"])
def test_a_document_is_found_where_it_is_or_where_a_page_says(place: str) -> None:
    app = FastAPI(openapi_url=place, docs_url=None, redoc_url=None)

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(f"<script>SwaggerUIBundle({{ url: '{app.openapi_url}?openapi' }})</script>")

    @app.get("/items")
    def items() -> list[int]:
        return []

    with served(app) as url:
        found = found_at(url)
        assert found is not None
        assert [str(each) for each in found.operations] == ["GET /items"]


def test_a_document_that_is_told_is_that_one_or_an_error(tmp_path: Path) -> None:
    (tmp_path / "api.yml").write_text(SECOND)
    with served(FastAPI(openapi_url=None)) as url:
        found = found_at(url, str(tmp_path / "api.yml"))
        assert found is not None
        assert found.source == str(tmp_path / "api.yml")
        with pytest.raises(WrongDocument, match="answers 404"):
            found_at(url, "/nowhere.json")
        with pytest.raises(WrongDocument, match="cannot be read"):
            found_at(url, "none.yml")
        assert found_at(url) is None


def test_paths_show_collections_with_what_can_be_done_to_a_row() -> None:
    listing = {"200": {"type": "array"}}
    there = collections(
        [
            Operation("GET", "/shops", answers=listing),
            Operation("POST", "/shops/create"),
            Operation("GET", "/shops/{shop}"),
            Operation("PATCH", "/shops/{shop}"),
            Operation("POST", "/shops/{shop}/close"),
            Operation("GET", "/shops/{shop}/items", answers=listing),
            Operation("POST", "/shops/{shop}/items"),
            Operation("DELETE", "/shops/{shop}/items/{item}"),
            Operation("GET", "/ratings/{shop}/{person}"),
            Operation("POST", "/sign-in"),
        ]
    )
    told = {each.path: (each.item, each.keys, str(each.create), str(each.listed), str(each.read)) for each in there}
    assert list(told) == ["/ratings", "/shops", "/shops/{shop}/items"]
    assert told["/shops"] == (
        "/shops/{shop}", ("shop",), "POST /shops/create", "GET /shops", "GET /shops/{shop}"
    )  # fmt: skip
    assert "POST /shops/{shop}/close" in [str(each) for each in there[1].on_a_row]
    assert told["/shops/{shop}/items"][:4] == (
        "/shops/{shop}/items/{item}", ("item",), "POST /shops/{shop}/items", "GET /shops/{shop}/items"
    )  # fmt: skip
    assert told["/ratings"][1] == ("shop", "person")
