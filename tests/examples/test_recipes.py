"""The recipes example: its data, loaded through the operations, as callers see it over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from examples.recipes.app import application
from examples.recipes.load import PASSWORD, address, fill
from examples.recipes.tour import Tour, server
from mainstay import Mainstay

ROOT = Path(__file__).parents[2]
RECIPES = "/api/v1/recipes"


@pytest.fixture(scope="module")
def database(module_database_url: str) -> str:
    """The URL of a database with the example's rows in it."""
    assert asyncio.run(fill(application(module_database_url))) is True
    return module_database_url


@dataclass
class Calling:
    """The example, and a client of it for whoever it shall be."""

    app: Mainstay
    client: httpx2.AsyncClient
    known: dict[str, dict[str, str]] = field(default_factory=dict)

    async def signed_in(self, handle: str) -> dict[str, str]:
        """The header of somebody who has signed in, whether they have a password or not."""
        assert self.app.accounts is not None
        if handle not in self.known:
            token = (await self.app.accounts.sign_in(address(handle))).access_token
            self.known[handle] = {"Authorization": f"Bearer {token}"}
        return self.known[handle]


@pytest.fixture
async def calling(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Calling]:
    """The example, open, on the filled database."""
    monkeypatch.setenv("MAINSTAY_SIGNING_KEY", "s" * 32)
    app = application(database)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://recipes.test") as client,
    ):
        yield Calling(app, client)


async def got(calling: Calling, path: str, *, by: str | None = None, status: int = 200) -> Any:
    """What is answered to a GET."""
    answer = await calling.client.get(path, headers=await calling.signed_in(by) if by else {})
    assert answer.status_code == status, answer.text
    return answer.json()


async def every(calling: Calling, path: str, *, by: str | None = None) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    page = await got(calling, f"{path}limit=100", by=by)
    rows += page["data"]
    while page["meta"]["next"]:
        page = await got(calling, f"{path}limit=100&cursor={page['meta']['next']}", by=by)
        rows += page["data"]
    return rows


async def test_all_recipes_authors_and_tags_are_there(calling: Calling) -> None:
    recipes = await every(calling, f"{RECIPES}?", by="editor")
    assert len(recipes) == len({recipe["slug"] for recipe in recipes}) == 383
    assert len({recipe["author_id"] for recipe in recipes}) == 201
    tags = await every(calling, "/api/v1/tags?", by="editor")
    assert len({tag["name"] for tag in tags}) == 178


async def test_a_recipe_holds_what_its_line_of_the_file_says(calling: Calling) -> None:
    lines = (ROOT / "examples/recipes/data/recipes.jsonl").read_text().splitlines()
    (line,) = [line for line in map(json.loads, lines) if line["slug"] == "aelplermagronen"]
    recipe = (await got(calling, f"{RECIPES}/aelplermagronen?include=author"))["data"]
    for name in ("title", "description", "servings", "ingredients", "directions"):
        assert recipe[name] == line[name]
    assert recipe["author"]["name"] == line["author"]
    assert recipe["minutes"] == line["cook_minutes"]
    assert recipe["tags"] == sorted(line["tags"])


async def test_drafts_are_seen_by_their_author_and_editors_only(calling: Calling) -> None:
    seen = await every(calling, f"{RECIPES}?include=author&", by="editor")
    drafts = [recipe for recipe in seen if not recipe["published"]]
    assert len(drafts) == 31
    for by in (None, "reader"):
        listed = await every(calling, f"{RECIPES}?", by=by)
        assert {recipe["slug"] for recipe in listed} == {recipe["slug"] for recipe in seen if recipe["published"]}
    draft = drafts[0]
    path = f"{RECIPES}/{draft['slug']}"
    await got(calling, path, status=404)
    await got(calling, path, by="reader", status=404)
    assert "notes" not in (await got(calling, path, by="editor"))["data"]
    assert (await got(calling, path, by=draft["author"]["handle"]))["data"]["notes"]


async def test_what_is_said_about_a_recipe_goes_when_it_becomes_a_draft_again(calling: Calling) -> None:
    comments = "/api/v1/comments?recipe.slug=aglio-e-olio"
    assert len((await got(calling, comments))["data"]) >= 1
    author = await calling.signed_in("robert5800")
    recipe = await calling.client.get(f"{RECIPES}/aglio-e-olio", headers=author)
    hidden = await calling.client.patch(
        f"{RECIPES}/aglio-e-olio", json={"published": False}, headers=author | {"If-Match": recipe.headers["etag"]}
    )
    assert hidden.status_code == 200
    assert (await got(calling, comments))["data"] == []
    assert len((await got(calling, comments, by="robert5800"))["data"]) >= 1
    shown = await calling.client.patch(
        f"{RECIPES}/aglio-e-olio", json={"published": True}, headers=author | {"If-Match": hidden.headers["etag"]}
    )
    assert shown.status_code == 200


async def test_an_address_is_told_to_its_owner_and_admins_only(calling: Calling) -> None:
    for by in (None, "reader", "editor"):
        assert "email" not in (await got(calling, "/api/v1/people/luke-smith", by=by))["data"]
    for by in ("luke-smith", "admin"):
        assert (await got(calling, "/api/v1/people/luke-smith", by=by))["data"]["email"] == "luke-smith@example.org"


async def test_those_who_have_the_password_sign_in_and_an_author_without_one_does_not(calling: Calling) -> None:
    statuses = {}
    for handle in ("admin", "editor", "reader", "luke-smith", "joel-maxuel"):
        given = {"email": address(handle), "password": PASSWORD}
        answer = await calling.client.post("/api/v1/auth/sign-in", json=given)
        statuses[handle] = answer.status_code
        if answer.status_code == 200:
            headers = {"Authorization": f"Bearer {answer.json()['data']['access_token']}"}
            me = (await calling.client.get("/api/v1/auth/me", headers=headers)).json()["data"]
            assert me["roles"] == ([handle] if handle in ("admin", "editor") else [])
    assert statuses == {"admin": 200, "editor": 200, "reader": 200, "luke-smith": 200, "joel-maxuel": 401}


async def test_likes_are_seen_by_whoever_likes_only(calling: Calling) -> None:
    await got(calling, "/api/v1/likes", status=401)
    people = await every(calling, "/api/v1/people?")
    seen = 0
    for person in people[:40]:
        likes = await every(calling, "/api/v1/likes?", by=person["handle"])
        assert {like["person_id"] for like in likes} <= {person["id"]}
        seen += len(likes)
    assert seen > 0


async def test_filling_again_changes_nothing(database: str) -> None:
    assert await fill(application(database)) is False


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The example, served as `make run` does it, on a database of its own."""
    with server() as url:
        yield url


def test_the_tour_sees_what_it_expects(served: str) -> None:
    command = [sys.executable, "-m", "examples.recipes", "tour", "--url", served]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "0 not as expected" in done.stdout


def test_the_tour_notices_what_it_does_not_expect(served: str) -> None:
    tour = Tour(served, Console(quiet=True))
    tour.ask("GET", "/health", 200, lambda reply: reply.json["status"])
    assert tour.wrong == []
    tour.ask("GET", "/health", 404, lambda reply: reply.json["status"])
    tour.ask("GET", "/health", 200, lambda reply: reply.json["no such thing"])
    tour.ask("GET", "/health", 200, lambda reply: reply.json["status"] == "ill")
    assert len(tour.wrong) == 3


@pytest.mark.parametrize("asked", ["serve", "load"])
def test_a_database_that_is_away_is_told_in_one_line(tmp_path: Path, asked: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "examples.recipes", asked],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MAINSTAY_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("mainstay: PostgreSQL cannot be reached: ")
