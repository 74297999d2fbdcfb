"""The publishing API answers as RealWorld's documentation says: every endpoint, every status, every shape."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from tests.apps.gazette import calling
from tests.apps.publishing.application import application
from tests.apps.schemas import mistakes

HERE = Path(__file__).parent
CONTRACT: dict[str, Any] = json.loads((HERE / "conduit.openapi.json").read_text())
for _schema in ("User", "Profile"):  # the documentation answers null where somebody has said nothing of themselves
    for _name in ("bio", "image"):
        CONTRACT["components"]["schemas"][_schema]["properties"][_name] = {"type": ["string", "null"]}

MOST_LINES = 250
NUMBERS = count(1)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


class Conduit:
    """The API, each answer of which is held against its contract and against its own document."""

    def __init__(self, client: httpx2.AsyncClient, document: dict[str, Any]) -> None:
        self.client = client
        self.document = document

    async def ask(self, method: str, path: str, *, by: str | None = None, body: Any = None) -> httpx2.Response:
        """An answer that the contract allows."""
        headers = {} if by is None else {"Authorization": f"Token {by}"}
        more = {} if body is None else {"json": body}
        answer = await self.client.request(method, f"/api{path}", headers=headers, **more)
        told = response_of(method, path, answer.status_code)
        said = operation_at(self.document, f"/api{path}", method)["responses"][str(answer.status_code)]
        for content in said.get("content", {}).values():
            assert answer.json() is not None
            if "problem" not in str(content["schema"]).lower():
                assert mistakes(answer.json(), content["schema"], self.document) == []
        if answer.status_code >= 400:
            assert list(answer.json()) == ["errors"], answer.text
            errors = answer.json()["errors"]
            assert all(isinstance(one, str) for several in errors.values() for one in several), answer.text
        elif answer.status_code != 204:
            assert answer.headers["content-type"] == "application/json"
            assert mistakes(answer.json(), told["content"]["application/json"]["schema"], CONTRACT) == []
        else:
            assert answer.content == b""
        return answer

    async def join(self, name: str = "") -> tuple[str, str]:
        """A new user's name and token."""
        name = name or f"user-{next(NUMBERS)}"
        user = {"username": name, "email": f"{name}@mail.com", "password": "jakejake"}
        answer = await self.ask("POST", "/users", body={"user": user})
        assert answer.status_code == 201, answer.text
        return name, answer.json()["user"]["token"]

    async def write(self, by: str, title: str = "", **more: Any) -> dict[str, Any]:
        """A new article."""
        article = {"title": title or f"Title {next(NUMBERS)}", "description": "Ever wonder how?", "body": "Believe."}
        answer = await self.ask("POST", "/articles", by=by, body={"article": {**article, **more}})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()["article"]
        return made

    async def slugs(self, path: str, *, by: str | None = None) -> list[str]:
        """The articles of a list."""
        answer = await self.ask("GET", path, by=by)
        assert answer.status_code == 200, answer.text
        return [article["slug"] for article in answer.json()["articles"]]

    async def errors(self, method: str, path: str, *, by: str | None = None, body: Any = None) -> tuple[int, Any]:
        """The status and the errors of a refusal."""
        answer = await self.ask(method, path, by=by, body=body)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["errors"]


def response_of(method: str, path: str, status: int) -> Any:
    """What the contract says of a status; 403, 404 and 422 are any operation's."""
    told = operation_at(CONTRACT, path, method)["responses"]
    if str(status) not in told:
        assert status in (401, 403, 404, 422), f"{method} {path}: {status}"
        return {}
    return CONTRACT["components"]["responses"][told[str(status)]["$ref"].rpartition("/")[2]]


def operation_at(document: dict[str, Any], path: str, method: str) -> Any:
    """What an OpenAPI document says of a method of a path."""
    for template, methods in sorted(document["paths"].items(), key=lambda item: item[0].count("{")):
        found = re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path.partition("?")[0])
        if found and method.lower() in methods:
            return methods[method.lower()]
    raise AssertionError(f"{method} {path} is not in the document")


@pytest.fixture
async def conduit(module_database_url: str) -> AsyncIterator[Conduit]:
    """The API while it serves."""
    async with calling(application(module_database_url)) as client:
        yield Conduit(client, (await client.get("/openapi.json")).json())


# Users


async def test_signing_up(conduit: Conduit) -> None:
    user = {"username": "Jacob", "email": "jake@jake.jake", "password": "jakejake"}
    answer = await conduit.ask("POST", "/users", body={"user": user})
    assert answer.status_code == 201
    token = answer.json()["user"].pop("token")
    assert answer.json()["user"]["token"] == token
    made = {name: value for name, value in answer.json()["user"].items() if name != "token"}
    assert made == {"email": "jake@jake.jake", "username": "Jacob", "bio": None, "image": None}
    other = {**user, "username": "Other"}
    assert await conduit.errors("POST", "/users", body={"user": other}) == (422, {"email": ["is taken"]})
    other = {**user, "email": "other@jake.jake"}
    assert await conduit.errors("POST", "/users", body={"user": other}) == (422, {"username": ["is taken"]})


@pytest.mark.parametrize(
    "body, fields",
    [
        ({"user": {}}, {"username", "email", "password"}),
        ({"user": {"username": "", "email": "jake", "password": "short"}}, {"username", "email", "password"}),
        ({"user": {"username": 1, "email": None, "password": []}}, {"username", "email", "password"}),
        ({}, {"user"}),
        ({"user": {"username": "a", "email": "a@b.com", "password": "jakejake", "admin": True}}, {"admin"}),
    ],
    ids=["missing", "wrong", "types", "outside", "more"],
)
async def test_signing_up_wrongly_is_422_for_each_field(conduit: Conduit, body: Any, fields: set[str]) -> None:
    status, errors = await conduit.errors("POST", "/users", body=body)
    assert (status, set(errors)) == (422, fields)


async def test_signing_in(conduit: Conduit) -> None:
    name, _ = await conduit.join()
    right = {"email": f"{name}@mail.com", "password": "jakejake"}
    answer = await conduit.ask("POST", "/users/login", body={"user": right})
    assert (answer.status_code, answer.json()["user"]["username"]) == (200, name)
    again = await conduit.ask("GET", "/user", by=answer.json()["user"]["token"])
    assert again.json()["user"]["username"] == name
    for wrong in ({**right, "password": "jakejakf"}, {**right, "email": "nobody@mail.com"}):
        status, errors = await conduit.errors("POST", "/users/login", body={"user": wrong})
        assert (status, errors) == (401, {"email or password": ["is invalid"]})
    status, errors = await conduit.errors("POST", "/users/login", body={"user": {"email": right["email"]}})
    assert (status, errors) == (422, {"password": ["must be given"]})


async def test_the_current_user(conduit: Conduit) -> None:
    name, token = await conduit.join()
    answer = await conduit.ask("GET", "/user", by=token)
    assert answer.status_code == 200
    assert answer.json()["user"] == {
        "email": f"{name}@mail.com",
        "token": token,
        "username": name,
        "bio": None,
        "image": None,
    }
    for wrong in (None, "nonsense", token[:-1], token.replace(token[0], "0" if token[0] != "0" else "1", 1)):
        assert (await conduit.errors("GET", "/user", by=wrong))[0] == 401
    bearer = await conduit.client.get("/api/user", headers={"Authorization": f"Bearer {token}"})
    assert (bearer.status_code, bearer.headers["www-authenticate"]) == (401, "Token")


async def test_changing_the_current_user(conduit: Conduit) -> None:
    name, token = await conduit.join()
    taken, _ = await conduit.join()
    changes = {"bio": "I like to skateboard", "image": "https://i.stack.imgur.com/xHWG8.jpg"}
    answer = await conduit.ask("PUT", "/user", by=token, body={"user": changes})
    assert answer.status_code == 200
    assert answer.json()["user"] == {**changes, "email": f"{name}@mail.com", "username": name, "token": token}
    changes = {"email": f"new-{name}@mail.com", "username": f"new-{name}", "password": "not jakejake"}
    answer = await conduit.ask("PUT", "/user", by=token, body={"user": changes})
    assert answer.json()["user"]["bio"] == "I like to skateboard"
    for password, status in (("jakejake", 401), ("not jakejake", 200)):
        user = {"email": changes["email"], "password": password}
        assert (await conduit.ask("POST", "/users/login", body={"user": user})).status_code == status
    wrong = {"user": {"email": f"{taken}@mail.com"}}
    assert await conduit.errors("PUT", "/user", by=token, body=wrong) == (422, {"email": ["is taken"]})
    status, errors = await conduit.errors("PUT", "/user", by=token, body={"user": {"email": "x", "password": "x"}})
    assert (status, set(errors)) == (422, {"email", "password"})
    assert (await conduit.errors("PUT", "/user", body={"user": {}}))[0] == 401


# Profiles


async def test_profiles_and_following(conduit: Conduit) -> None:
    (author, _), (reader, token) = await conduit.join(), await conduit.join()
    path = f"/profiles/{author}"
    profile = {"username": author, "bio": None, "image": None, "following": False}
    assert (await conduit.ask("GET", path)).json() == {"profile": profile}
    assert (await conduit.ask("GET", path, by=token)).json() == {"profile": profile}
    for _ in range(2):
        answer = await conduit.ask("POST", f"{path}/follow", by=token)
        assert (answer.status_code, answer.json()) == (200, {"profile": {**profile, "following": True}})
    assert (await conduit.ask("GET", path, by=token)).json()["profile"]["following"] is True
    assert (await conduit.ask("GET", path)).json()["profile"]["following"] is False
    for _ in range(2):
        answer = await conduit.ask("DELETE", f"{path}/follow", by=token)
        assert (answer.status_code, answer.json()) == (200, {"profile": profile})
    for method in ("POST", "DELETE"):
        assert (await conduit.errors(method, f"{path}/follow"))[0] == 401
        assert (await conduit.errors(method, "/profiles/nobody/follow", by=token))[0] == 404
    assert (await conduit.errors("GET", "/profiles/nobody"))[0] == 404
    assert reader != author


# Articles


async def test_writing_and_reading_an_article(conduit: Conduit) -> None:
    name, token = await conduit.join()
    article = await conduit.write(token, "How to train your dragon", tagList=["training", "dragons"])
    assert article["slug"] == "how-to-train-your-dragon"
    assert article["tagList"] == ["dragons", "training"]
    assert (article["favorited"], article["favoritesCount"]) == (False, 0)
    assert article["author"] == {"username": name, "bio": None, "image": None, "following": False}
    assert MOMENT.fullmatch(article["createdAt"])
    assert MOMENT.fullmatch(article["updatedAt"])
    assert (await conduit.ask("GET", f"/articles/{article['slug']}")).json() == {"article": article}
    assert (await conduit.write(token, tagList=[]))["tagList"] == []
    again = await conduit.write(token, "How to train your dragon", tagList=["dragons"])
    assert again["slug"].startswith("how-to-train-your-dragon-")
    assert (await conduit.errors("GET", "/articles/nothing"))[0] == 404
    assert (
        await conduit.errors("POST", "/articles", body={"article": {"title": "a", "description": "b", "body": "c"}})
    )[0] == 401


@pytest.mark.parametrize(
    "article, fields",
    [
        ({}, {"title", "description", "body"}),
        ({"title": "", "description": "", "body": ""}, {"title", "description", "body"}),
        ({"title": "a", "description": "b", "body": "c", "tagList": "dragons"}, {"tagList"}),
        ({"title": "a", "description": "b", "body": "c", "tagList": [""]}, {"tagList[0]"}),
        ({"title": "a", "description": "b", "body": "c", "slug": "mine"}, {"slug"}),
        ({"title": "a", "description": "b", "body": "c", "favoritesCount": 5}, {"favoritesCount"}),
    ],
    ids=["missing", "blank", "no list", "no tag", "slug", "count"],
)
async def test_a_wrong_article_is_422_for_each_field(conduit: Conduit, article: Any, fields: set[str]) -> None:
    _, token = await conduit.join()
    status, errors = await conduit.errors("POST", "/articles", by=token, body={"article": article})
    assert (status, set(errors)) == (422, fields)


async def test_changing_an_article(conduit: Conduit) -> None:
    (_, token), (_, other) = await conduit.join(), await conduit.join()
    article = await conduit.write(token, tagList=["dragons"])
    path = f"/articles/{article['slug']}"
    answer = await conduit.ask("PUT", path, by=token, body={"article": {"body": "With two hands"}})
    changed = answer.json()["article"]
    assert (answer.status_code, changed["slug"], changed["tagList"]) == (200, article["slug"], ["dragons"])
    assert changed == {**article, "body": "With two hands", "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > article["updatedAt"]
    title = f"Did you train your dragon {next(NUMBERS)}?"
    answer = await conduit.ask("PUT", path, by=token, body={"article": {"title": title}})
    slug = answer.json()["article"]["slug"]
    assert slug == title.lower().replace(" ", "-").rstrip("?")
    assert (await conduit.errors("GET", path))[0] == 404
    path = f"/articles/{slug}"
    assert (await conduit.errors("PUT", path, by=other, body={"article": {"body": "x"}}))[0] == 403
    assert (await conduit.errors("PUT", path, body={"article": {"body": "x"}}))[0] == 401
    assert (await conduit.errors("PUT", "/articles/nothing", by=token, body={"article": {"body": "x"}}))[0] == 404
    status, errors = await conduit.errors("PUT", path, by=token, body={"article": {"title": ""}})
    assert (status, set(errors)) == (422, {"title"})


async def test_deleting_an_article(conduit: Conduit) -> None:
    (_, token), (_, other) = await conduit.join(), await conduit.join()
    article = await conduit.write(token, tagList=["dragons"])
    path = f"/articles/{article['slug']}"
    await conduit.ask("POST", f"{path}/favorite", by=other)
    await conduit.ask("POST", f"{path}/comments", by=other, body={"comment": {"body": "No!"}})
    assert (await conduit.errors("DELETE", path))[0] == 401
    assert (await conduit.errors("DELETE", path, by=other))[0] == 403
    assert (await conduit.ask("DELETE", path, by=token)).status_code == 204
    assert (await conduit.errors("DELETE", path, by=token))[0] == 404
    assert (await conduit.errors("GET", path))[0] == 404


async def test_listing_articles(conduit: Conduit) -> None:
    (one, token), (other, second) = await conduit.join(), await conduit.join()
    tag = f"tag-{next(NUMBERS)}"
    slugs: list[str] = []
    for number in range(5):
        article = await conduit.write(token if number != 2 else second, tagList=[tag] if number else [])
        slugs.insert(0, article["slug"])
    assert (await conduit.slugs("/articles"))[:5] == slugs
    assert (await conduit.slugs("/articles", by=token))[:5] == slugs
    assert await conduit.slugs(f"/articles?tag={tag}") == slugs[:4]
    assert await conduit.slugs(f"/articles?author={one}") == [slugs[0], slugs[1], slugs[3], slugs[4]]
    assert await conduit.slugs(f"/articles?author={other}&tag={tag}") == [slugs[2]]
    assert await conduit.slugs(f"/articles?favorited={other}") == []
    await conduit.ask("POST", f"/articles/{slugs[3]}/favorite", by=second)
    await conduit.ask("POST", f"/articles/{slugs[0]}/favorite", by=second)
    assert await conduit.slugs(f"/articles?favorited={other}") == [slugs[0], slugs[3]]
    seen = (await conduit.ask("GET", f"/articles?favorited={other}", by=second)).json()["articles"]
    assert [(article["favorited"], article["favoritesCount"]) for article in seen] == [(True, 1)] * 2
    page = (await conduit.ask("GET", f"/articles?tag={tag}&limit=2&offset=1")).json()
    assert ([article["slug"] for article in page["articles"]], page["articlesCount"]) == (slugs[1:3], 4)
    assert (await conduit.ask("GET", f"/articles?tag={tag}&offset=9")).json() == {"articles": [], "articlesCount": 4}
    assert (await conduit.ask("GET", "/articles?tag=none")).json() == {"articles": [], "articlesCount": 0}
    for wrong in ("limit=0", "limit=x", "offset=-1", "tags=dragons"):
        assert (await conduit.errors("GET", f"/articles?{wrong}"))[0] == 422


async def test_the_feed_has_what_those_write_whom_one_follows(conduit: Conduit) -> None:
    (author, writing), (_, reading) = await conduit.join(), await conduit.join()
    slugs = [(await conduit.write(writing))["slug"] for _ in range(3)][::-1]
    await conduit.write(reading)
    assert await conduit.slugs("/articles/feed", by=reading) == []
    await conduit.ask("POST", f"/profiles/{author}/follow", by=reading)
    answer = (await conduit.ask("GET", "/articles/feed", by=reading)).json()
    assert ([article["slug"] for article in answer["articles"]], answer["articlesCount"]) == (slugs, 3)
    assert all(article["author"]["following"] for article in answer["articles"])
    page = (await conduit.ask("GET", "/articles/feed?limit=1&offset=1", by=reading)).json()
    assert ([article["slug"] for article in page["articles"]], page["articlesCount"]) == (slugs[1:2], 3)
    assert await conduit.slugs("/articles/feed", by=writing) == []
    assert (await conduit.errors("GET", "/articles/feed"))[0] == 401


async def test_favorites(conduit: Conduit) -> None:
    (_, token), (_, other) = await conduit.join(), await conduit.join()
    path = f"/articles/{(await conduit.write(token))['slug']}"
    for by, number in ((token, 1), (token, 1), (other, 2)):
        answer = await conduit.ask("POST", f"{path}/favorite", by=by)
        article = answer.json()["article"]
        assert (answer.status_code, article["favorited"], article["favoritesCount"]) == (200, True, number)
    assert (await conduit.ask("GET", path)).json()["article"]["favorited"] is False
    for number in (1, 1):
        answer = await conduit.ask("DELETE", f"{path}/favorite", by=other)
        article = answer.json()["article"]
        assert (answer.status_code, article["favorited"], article["favoritesCount"]) == (200, False, number)
    for method in ("POST", "DELETE"):
        assert (await conduit.errors(method, f"{path}/favorite"))[0] == 401
        assert (await conduit.errors(method, "/articles/nothing/favorite", by=token))[0] == 404


# Comments and tags


async def test_comments(conduit: Conduit) -> None:
    (name, token), (_, other) = await conduit.join(), await conduit.join()
    article, elsewhere = await conduit.write(token), await conduit.write(token)
    path = f"/articles/{article['slug']}/comments"
    assert (await conduit.ask("GET", path)).json() == {"comments": []}
    answer = await conduit.ask("POST", path, by=token, body={"comment": {"body": "Thank you so much!"}})
    comment = answer.json()["comment"]
    assert (answer.status_code, comment["body"]) == (200, "Thank you so much!")
    assert comment["author"] == {"username": name, "bio": None, "image": None, "following": False}
    assert MOMENT.fullmatch(comment["createdAt"])
    second = (await conduit.ask("POST", path, by=other, body={"comment": {"body": "No!"}})).json()["comment"]
    for by in (None, other):
        answer = await conduit.ask("GET", path, by=by)
        assert {one["id"] for one in answer.json()["comments"]} == {comment["id"], second["id"]}
    assert (await conduit.ask("GET", f"/articles/{elsewhere['slug']}/comments")).json() == {"comments": []}
    assert (await conduit.errors("POST", path, body={"comment": {"body": "x"}}))[0] == 401
    status, errors = await conduit.errors("POST", path, by=token, body={"comment": {"body": ""}})
    assert (status, set(errors)) == (422, {"body"})
    assert (await conduit.errors("POST", "/articles/none/comments", by=token, body={"comment": {"body": "x"}}))[
        0
    ] == 404
    assert (await conduit.errors("GET", "/articles/none/comments"))[0] == 404
    one = f"{path}/{comment['id']}"
    assert (await conduit.errors("DELETE", one))[0] == 401
    assert (await conduit.errors("DELETE", one, by=other))[0] == 403
    assert (await conduit.errors("DELETE", f"/articles/{elsewhere['slug']}/comments/{comment['id']}", by=token))[
        0
    ] == 404
    assert (await conduit.ask("DELETE", one, by=token)).status_code == 204
    assert (await conduit.errors("DELETE", one, by=token))[0] == 404
    assert [one["id"] for one in (await conduit.ask("GET", path)).json()["comments"]] == [second["id"]]


async def test_tags(conduit: Conduit) -> None:
    _, token = await conduit.join()
    new = f"new-{next(NUMBERS)}"
    assert new not in (await conduit.ask("GET", "/tags")).json()["tags"]
    await conduit.write(token, tagList=[new, "dragons"])
    answer = await conduit.ask("GET", "/tags")
    assert answer.status_code == 200
    assert {new, "dragons"} <= set(answer.json()["tags"])
    assert answer.json()["tags"] == sorted(answer.json()["tags"])


# The whole


@pytest.mark.requirement("A1.36")
def test_every_endpoint_of_the_contract_is_there_and_no_other() -> None:
    told = {(method.upper(), f"/api{path}") for path, methods in CONTRACT["paths"].items() for method in methods}
    there = {(one.method, one.path) for one in application("sqlite://").application.operations}
    assert there == told


def test_it_is_short() -> None:
    text = (HERE / "application.py").read_text()
    imported = [node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
    left_out = {line for node in imported for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    lines = [line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in left_out]
    assert len(lines) <= MOST_LINES


@pytest.mark.skipif(shutil.which("node") is None, reason="the collection's assertions are JavaScript")
async def test_every_assertion_of_the_collection_holds(database_url: str) -> None:
    server = uvicorn.Server(uvicorn.Config(application(database_url), port=0, log_level="error", lifespan="on"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        values = {"APIURL": f"http://127.0.0.1:{port}/api", "USERNAME": "jake", "EMAIL": "jake@jake.jake"}
        words = [
            HERE / "run_collection.mjs",
            HERE / "conduit.postman.json",
            json.dumps({**values, "PASSWORD": "jakejake"}),
        ]
        node = await asyncio.create_subprocess_exec("node", *map(str, words), stdout=asyncio.subprocess.PIPE)
        output, _ = await node.communicate()
    finally:
        server.should_exit = True
        await serving
    found = json.loads(output)
    assert found["failed"] == []
    assert (found["requests"], found["assertions"]) == (32, 311)
