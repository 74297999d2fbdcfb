"""The requests that are measured: what each piece of work asks for, made up from a seed."""

from __future__ import annotations

from random import Random

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
    author = data.author_id(random.randrange(data.AUTHORS))
    if work == "W4":
        return Request("POST", "/api/v1/recipes", {"Content-Type": "application/json"}, recipe(str(author), random))
    query = f"author_id={author}&published=true&sort=-created_at&limit=20"
    if work in INCLUDES:
        return Request("GET", f"/api/v1/recipes?{query}{INCLUDES[work]}")
    caller = data.author_id(random.randrange(data.AUTHORS))
    headers = {"Authorization": f"Bearer {tokens.issue(str(caller))}"}
    return Request("GET", f"/api/v1/guarded-recipes?{query}", headers)


def recipe(author: str, random: Random) -> bytes:
    """The body of a recipe that is created: not published, so that the lists stay as they are."""
    given = {
        "title": " ".join(random.choices(data.WORDS, k=4)),
        "body": " ".join(random.choices(data.WORDS, k=40)),
        "published": False,
        "servings": random.randrange(1, 13),
        "author_id": author,
    }
    return msgspec.json.encode(given)
