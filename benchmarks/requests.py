"""The requests that are measured: what each piece of work asks for, made up from a seed."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

import msgspec

from benchmarks import data, tokens

WORKS = {
    "H": "answers with a fixed text",
    "W1": "gets one recipe by id",
    "W2": "lists 20 recipes of an author, the latest first, without a total",
    "W3": "W2 with each recipe's author",
    "W4": "creates a recipe of 400 bytes, which are validated",
    "W5": "W2 for a caller with a token: row policy, limit, request id, access line",
    "W6": "W2 with each recipe's comments and tags",
}
"""Every piece of work, and what it does."""
WRITING = ("W4",)
"""Work that creates rows."""
GROWN = {
    "L": "lists the latest 20 recipes of all",
    "LP": "L for a caller with a token and a row policy, as W5",
}
"""Work besides that is only measured of Mainstay, with ever more rows: what it asks for an index must find."""
INCLUDES = {"W2": "", "W3": "&include=author", "W6": "&include=comments,tags"}
"""What the lists for everybody ask for besides their rows."""


class Request(msgspec.Struct, frozen=True):
    """One request."""

    method: str
    target: str
    headers: dict[str, str] = {}
    body: bytes = b""

    def message(self) -> bytes:
        """As it is sent (RFC 9112)."""
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def made(work: str, random: Random) -> Request:
    """A random request of a piece of work."""
    if work == "H":
        return Request("GET", "/api/v1/hello")
    if work == "W1":
        return Request("GET", f"/api/v1/recipes/{data.recipe_id(random.randrange(data.RECIPES))}")
    if work == "W4":
        return create(recipe(random))
    author = data.author_id(random.randrange(data.AUTHORS))
    if work == "L":
        return Request("GET", "/api/v1/recipes?sort=-created_at&limit=20")
    if work == "LP":
        return guarded("sort=-created_at&limit=20", author)
    query = f"author_id={author}&published=true&sort=-created_at&limit=20"
    if work in INCLUDES:
        return Request("GET", f"/api/v1/recipes?{query}{INCLUDES[work]}")
    return guarded(query, data.author_id(random.randrange(data.AUTHORS)))


def guarded(query: str, caller: UUID) -> Request:
    """The list under a policy, as somebody asks for it."""
    headers = {"Authorization": f"Bearer {tokens.issue(str(caller))}"}
    return Request("GET", f"/api/v1/guarded-recipes?{query}", headers)


def create(given: dict[str, Any]) -> Request:
    """Creates a recipe."""
    return Request("POST", "/api/v1/recipes", {"Content-Type": "application/json"}, msgspec.json.encode(given))


def recipe(random: Random) -> dict[str, Any]:
    """A recipe that is created, by one of the authors whom no list asks for, so that the lists stay as they are."""
    return {
        "title": " ".join(random.choices(data.WORDS, k=4)),
        "body": " ".join(random.choices(data.WORDS, k=40)),
        "published": False,
        "servings": random.randrange(1, 13),
        "author_id": str(data.author_id(data.AUTHORS + random.randrange(data.WRITERS))),
    }


def refused() -> list[Request]:
    """Requests that everybody refuses: no key, no author, values out of bounds, a forged token."""
    given = recipe(Random(3))
    query = f"author_id={data.author_id(1)}&published=true&sort=-created_at&limit=20"
    return [
        Request("GET", "/api/v1/recipes/no-key"),
        Request("GET", f"/api/v1/recipes/{data.key('nothing', 1)}"),
        Request("GET", "/api/v1/recipes?author_id=nobody&published=true&sort=-created_at&limit=20"),
        create(given | {"title": ""}),
        create(given | {"servings": 1_000}),
        create(given | {"author_id": str(data.key("nobody", 1))}),
        Request("GET", f"/api/v1/guarded-recipes?{query}", {"Authorization": "Bearer e30.e30.forged"}),
    ]


def hidden() -> list[tuple[Request, bool]]:
    """Lists of recipes that are not published, and whether the caller sees any: the author does, another does not."""
    query = f"author_id={data.author_id(1)}&published=false&sort=-created_at&limit=20"
    return [(guarded(query, data.author_id(1)), True), (guarded(query, data.author_id(2)), False)]
