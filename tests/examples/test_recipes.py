"""The recipes example: its data, loaded through the operations, as callers see it over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from examples.recipes.app import app
from examples.recipes.load import PASSWORD, address, fill, load
from examples.recipes.models import Person, Recipe, Tag
from examples.recipes.tour import Tour, server
from mainstay import Mainstay
from mainstay.testing import Client, Factory, Fill, TestClock

ROOT = Path(__file__).parents[2]
RECIPES = "/api/v1/recipes"
on_both = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture(scope="session")
def mainstay_app() -> Mainstay:
    """The example."""
    return app


@pytest.fixture(scope="session")
def mainstay_rows() -> Fill:
    """The example's rows, which every test begins with."""
    return loaded


async def loaded(opened: Mainstay) -> None:
    """Loads the example's rows through its operations."""
    await load(opened, lambda what, done, total: None)


def got(client: Client, path: str, *, status: int = 200) -> Any:
    """What is answered to a GET."""
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


def every(client: Client, path: str) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    page = got(client, f"{path}limit=100")
    rows: list[dict[str, Any]] = page["data"]
    while page["meta"]["next"]:
        page = got(client, f"{path}limit=100&cursor={page['meta']['next']}")
        rows += page["data"]
    return rows


@on_both
def test_all_recipes_authors_and_tags_are_there(client: Client) -> None:
    editor = client.as_(address("editor"))
    recipes = every(editor, f"{RECIPES}?")
    assert len(recipes) == len({recipe["slug"] for recipe in recipes}) == 383
    assert len({recipe["author_id"] for recipe in recipes}) == 201
    tags = every(editor, "/api/v1/tags?")
    assert len({tag["name"] for tag in tags}) == 178


@on_both
def test_a_recipe_holds_what_its_line_of_the_file_says(client: Client) -> None:
    lines = (ROOT / "examples/recipes/data/recipes.jsonl").read_text().splitlines()
    (line,) = [line for line in map(json.loads, lines) if line["slug"] == "aelplermagronen"]
    with client.statements() as ran:
        recipe = got(client, f"{RECIPES}/aelplermagronen?include=author")["data"]
    assert ran.count == 2, ran
    for name in ("title", "description", "servings", "ingredients", "directions"):
        assert recipe[name] == line[name]
    assert recipe["author"]["name"] == line["author"]
    assert recipe["minutes"] == line["cook_minutes"]
    assert recipe["tags"] == sorted(line["tags"])


@on_both
def test_drafts_are_seen_by_their_author_and_editors_only(client: Client) -> None:
    editor, reader = client.as_(address("editor")), client.as_(address("reader"))
    seen = every(editor, f"{RECIPES}?include=author&")
    drafts = [recipe for recipe in seen if not recipe["published"]]
    assert len(drafts) == 31
    for calling in (client, reader):
        listed = every(calling, f"{RECIPES}?")
        assert {recipe["slug"] for recipe in listed} == {recipe["slug"] for recipe in seen if recipe["published"]}
    draft = drafts[0]
    path = f"{RECIPES}/{draft['slug']}"
    got(client, path, status=404)
    got(reader, path, status=404)
    assert "notes" not in got(editor, path)["data"]
    assert got(client.as_(address(draft["author"]["handle"])), path)["data"]["notes"]


@on_both
def test_what_is_said_about_a_recipe_goes_when_it_becomes_a_draft_again(client: Client) -> None:
    comments, path = "/api/v1/comments?recipe.slug=aglio-e-olio", f"{RECIPES}/aglio-e-olio"
    assert len(got(client, comments)["data"]) >= 1
    author = client.as_(address("robert5800"))
    etag = author.get(path).headers["etag"]
    with client.changes() as changed:
        hidden = author.patch(path, json={"published": False}, headers={"If-Match": etag})
    assert hidden.status_code == 200
    assert changed == {"recipes": {"updated": 1}}
    assert got(client, comments)["data"] == []
    assert len(got(author, comments)["data"]) >= 1


@on_both
def test_an_address_is_told_to_its_owner_and_admins_only(client: Client) -> None:
    path = "/api/v1/people/luke-smith"
    for calling in (client, client.as_(address("reader")), client.as_(address("editor"))):
        assert "email" not in got(calling, path)["data"]
    for name in ("luke-smith", "admin"):
        assert got(client.as_(address(name)), path)["data"]["email"] == "luke-smith@example.org"


@on_both
def test_those_who_have_the_password_sign_in_and_an_author_without_one_does_not(client: Client) -> None:
    statuses = {}
    for handle in ("admin", "editor", "reader", "luke-smith", "joel-maxuel"):
        answer = client.post("/api/v1/auth/sign-in", json={"email": address(handle), "password": PASSWORD})
        statuses[handle] = answer.status_code
        if answer.status_code == 200:
            headers = {"Authorization": f"Bearer {answer.json()['data']['access_token']}"}
            me = client.get("/api/v1/auth/me", headers=headers).json()["data"]
            assert me["roles"] == ([handle] if handle in ("admin", "editor") else [])
    assert statuses == {"admin": 200, "editor": 200, "reader": 200, "luke-smith": 200, "joel-maxuel": 401}


@on_both
def test_likes_are_seen_by_whoever_likes_only(client: Client) -> None:
    got(client, "/api/v1/likes", status=401)
    people = every(client, "/api/v1/people?")
    seen = 0
    for person in people[:40]:
        likes = every(client.as_(address(person["handle"])), "/api/v1/likes?")
        assert {like["person_id"] for like in likes} <= {person["id"]}
        seen += len(likes)
    assert seen > 0


@on_both
def test_rows_of_ones_own_stand_beside_the_examples(client: Client, make: Factory) -> None:
    author = make(Person, name="Ada")
    draft = make(Recipe, author=author, tags=[make(Tag, name="experiment")])
    assert (draft.slug, draft.published) == ("recipe-1", False)
    mine = client.as_(author)
    assert got(mine, f"{RECIPES}/{draft.slug}")["data"]["tags"] == ["experiment"]
    got(client, f"{RECIPES}/{draft.slug}", status=404)


@on_both
def test_the_day_on_which_a_recipe_is_written_down_is_the_clocks(client: Client, clock: TestClock) -> None:
    clock.set("2027-12-24T18:00:00Z")
    toast = {"slug": "toast", "title": "Toast", "ingredients": ["bread"], "directions": ["Toast it."]}
    made = client.as_(address("reader")).post(RECIPES, json=toast).json()["data"]
    assert (made["written_on"], made["created_at"]) == ("2027-12-24", "2027-12-24T18:00:00Z")


def test_filling_again_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/recipes.db"
    assert asyncio.run(fill(app.on(url))) is True
    assert asyncio.run(fill(app.on(url))) is False


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
    assert line.startswith("mainstay: PostgreSQL at 127.0.0.1:9 cannot be reached: ")
