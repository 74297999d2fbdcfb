"""The examples of the document, sent to a running server: each answer is one that the document describes."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import msgspec
import pytest
from jsonschema import Draft202012Validator

from examples.recipes.app import application
from examples.recipes.load import fill
from mainstay import Mainstay

ORDER = ("post", "get", "patch", "put", "delete")
"""What is made is read, changed and deleted again."""
EVERYWHERE = {
    "cache-control",
    "content-length",
    "content-security-policy",
    "content-type",
    "referrer-policy",
    "set-cookie",  # told as the security scheme `cookie`
    "vary",
    "x-content-type-options",
}
"""Headers that are not told of each answer."""


@pytest.fixture(scope="module")
def database(module_database_url: str) -> str:
    """The URL of a database with the example's rows in it."""
    asyncio.run(fill(application(module_database_url)))
    return module_database_url


@pytest.fixture
async def app(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mainstay]:
    """The example, open, with limits that nobody reaches."""
    monkeypatch.setenv("MAINSTAY_ADDRESS_LIMIT", "100000/minute")
    monkeypatch.setenv("MAINSTAY_USER_LIMIT", "100000/minute")
    monkeypatch.setenv("MAINSTAY_SIGN_IN_LIMIT", "100000/minute")
    monkeypatch.setenv("MAINSTAY_SIGNING_KEY", "s" * 32)
    monkeypatch.setenv("MAINSTAY_LOG", "off")
    app = application(database)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def calling(app: Mainstay) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the example."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://recipes.test") as client:
        yield client


@pytest.fixture
async def admin(app: Mainstay, calling: httpx2.AsyncClient) -> dict[str, str]:
    """The header with an API key of the admin, which no sign-out ends."""
    assert app.accounts is not None
    token = (await app.accounts.sign_in("admin@example.org")).access_token
    headers = {"Authorization": f"Bearer {token}"}
    made = await calling.post(
        "/api/v1/auth/api-keys", json={"name": "tests", "scopes": ["role:admin"]}, headers=headers
    )
    return {"Authorization": f"Bearer {made.json()['data']['key']}"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation as method, path and what is told of it: those that make something first."""
    every = [(method, path, told) for path, item in document["paths"].items() for method, told in item.items()]
    return iter(sorted(every, key=lambda one: ORDER.index(one[0])))


def parameters(told: dict[str, Any], place: str) -> dict[str, Any]:
    """The examples of an operation's parameters in one place, by name."""
    return {one["name"]: one["example"] for one in told["parameters"] if one["in"] == place and "example" in one}


def address(path: str, told: dict[str, Any]) -> str:
    """The path with the examples in it."""
    for name, value in parameters(told, "path").items():
        path = path.replace(f"{{{name}}}", text(value))
    return path


def text(value: Any) -> str:
    """A value as a query has it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def closed(schema: Any) -> Any:
    """The schema in which an object with known members has no others."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(one) for name, one in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made


def mistakes(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """What of a value is not as the document says."""
    whole = {"$ref": "#/it", "it": schema, "components": document["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    return [error.message for error in Draft202012Validator(whole, format_checker=checker).iter_errors(value)]


def described(answer: httpx2.Response, told: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """What is told of the answer's status; fails where that is nothing, or something else."""
    status = str(answer.status_code)
    assert status in told["responses"], (told["operationId"], status, answer.text)
    response: dict[str, Any] = told["responses"][status]
    own = {name for name in answer.headers if name not in EVERYWHERE}
    assert own == {name.lower() for name in response["headers"]}, (told["operationId"], status, own)
    if "content" in response:
        schema = response["content"][answer.headers["content-type"]]["schema"]
        assert mistakes(answer.json(), schema, document) == [], (told["operationId"], answer.text)
    else:
        assert answer.content == b""
    return response


@pytest.mark.requirement("A1.35")
async def test_every_example_of_a_request_is_answered_as_described(
    calling: httpx2.AsyncClient, admin: dict[str, str]
) -> None:
    document = (await calling.get("/openapi.json")).json()
    document["components"]["schemas"] = closed(document["components"]["schemas"])
    done: dict[str, int] = {}
    for method, path, told in operations(document):
        content = told.get("requestBody", {}).get("content", {"": {}})
        for kind, body in content.items():
            headers = admin | ({"content-type": kind} if kind else {})
            headers |= {"If-Match": "*"} if any(one["name"] == "If-Match" for one in told["parameters"]) else {}
            sent = msgspec.json.encode(body["example"]) if kind else b""
            answer = await calling.request(method.upper(), address(path, told), content=sent, headers=headers)
            described(answer, told, document)
            done[told["operationId"]] = answer.status_code
    lookups = ("people", "tags", "recipes")
    for name in lookups:
        assert [done[f"{name}.{what}"] for what in ("create", "get", "update", "delete")] == [201, 200, 200, 204], name
    assert all(status == 200 for name, status in done.items() if name.endswith(".list"))
    assert len(done) == len(list(operations(document)))


async def test_every_example_of_a_parameter_is_taken(calling: httpx2.AsyncClient, admin: dict[str, str]) -> None:
    document = (await calling.get("/openapi.json")).json()
    for method, path, told in operations(document):
        for name, value in parameters(told, "query").items():
            asked = {name: text(value), **({"q": "pasta"} if value == "relevance" else {})}
            answer = await calling.request(method.upper(), address(path, told), params=asked, headers=admin)
            assert answer.status_code in ((200,) if path.count("{") == 0 else (200, 404)), (path, name, answer.text)
            described(answer, told, document)


async def test_every_example_of_an_answer_is_what_the_document_says(calling: httpx2.AsyncClient) -> None:
    document = (await calling.get("/openapi.json")).json()
    document["components"]["schemas"] = closed(document["components"]["schemas"])
    count = 0
    for _, _, told in operations(document):
        for status, response in told["responses"].items():
            for kind, content in response.get("content", {}).items():
                given = [content["example"]] if "example" in content else []
                for one in content.get("examples", {}).values():
                    name = one["$ref"].removeprefix("#/components/examples/")
                    given.append(document["components"]["examples"][name]["value"])
                assert given, (told["operationId"], status, kind)
                for example in given:
                    assert mistakes(example, content["schema"], document) == []
                    count += 1
    assert count > 500


async def test_an_answer_that_is_not_described_would_be_found(calling: httpx2.AsyncClient) -> None:
    document = (await calling.get("/openapi.json")).json()
    told = document["paths"]["/api/v1/tags"]["get"]
    answer = await calling.get("/api/v1/tags?limit=1")
    described(answer, told, document)
    wrong = copy.deepcopy(document)
    wrong["components"]["schemas"]["SomeOfTag"]["properties"]["name"]["type"] = "integer"
    with pytest.raises(AssertionError, match="is not of type 'integer'"):
        described(answer, told, wrong)
    del told["responses"]["200"]
    with pytest.raises(AssertionError, match=r"tags\.list"):
        described(answer, told, document)
