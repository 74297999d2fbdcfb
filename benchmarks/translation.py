"""What a contender is asked whose URLs and JSON are its own, and what its answers say in everybody's words."""

from __future__ import annotations

import hashlib
import time
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from benchmarks.requests import Request
from benchmarks.tokens import SECONDS, SECRET, WrongToken, signed, verified


class Translation(Protocol):
    """To a contender's words and back."""

    def request(self, request: Request) -> Request:
        """The request as the contender takes it."""
        ...

    def answer(self, request: Request, status: int, body: bytes) -> tuple[int, bytes]:
        """The answer to the request as the others give it."""
        ...

    def refuses(self, status: int, body: bytes) -> bool:
        """Whether such an answer, translated, is a refusal."""
        ...


class Untranslated:
    """For contenders that speak as everybody does."""

    def request(self, request: Request) -> Request:
        """The request itself."""
        return request

    def answer(self, request: Request, status: int, body: bytes) -> tuple[int, bytes]:
        """The answer itself."""
        return status, body

    def refuses(self, status: int, body: bytes) -> bool:
        """By its status."""
        return 400 <= status < 500


COLLECTIONS = "/api/collections"
EXPANDED = {"author": "author", "comments,tags": "comments_via_recipe,tags"}
"""PocketBase's words for what an answer brings along; comments refer to recipes, recipes to tags."""


class PocketBase:
    """Filters as expressions, related rows under `expand`, tokens that each account's own key signs.

    It is asked for no total, as all are, but says nothing of where a list goes on: its pages are numbered.  H is its
    health check.
    """

    def request(self, request: Request) -> Request:
        """The request as PocketBase takes it."""
        path, _, query = request.target.removeprefix("/api/v1").partition("?")
        if path == "/hello":
            return Request("GET", "/api/health")
        name, _, key = path[1:].replace("guarded-recipes", "guarded_recipes").partition("/")
        target = f"{COLLECTIONS}/{name}/records"
        if key:
            return Request("GET", f"{target}/{key}")
        if request.body:
            given = msgspec.json.decode(request.body)
            given["author"] = given.pop("author_id")
            return Request("POST", target, request.headers, msgspec.json.encode(given))
        headers = dict(request.headers)
        if "Authorization" in headers:
            headers["Authorization"] = pocketbase_token(headers["Authorization"].removeprefix("Bearer "))
        return Request("GET", f"{target}?{pocketbase_list(dict(parse_qsl(query)))}", headers)

    def answer(self, request: Request, status: int, body: bytes) -> tuple[int, bytes]:
        """The answer in an envelope, and the status of what was created."""
        if status != 200:
            return status, body
        given = msgspec.json.decode(body)
        if request.target == "/api/v1/hello":
            data: Any = "Hello, world"
        elif "items" in given:
            include = dict(parse_qsl(request.target.partition("?")[2])).get("include", "")
            data = [pocketbase_row(row, include) for row in given["items"]]
        else:
            data = pocketbase_row(given, "")
        return 201 if request.method == "POST" else 200, msgspec.json.encode({"data": data})

    def refuses(self, status: int, body: bytes) -> bool:
        """By its status, or with a list of nothing: its rules for lists are conditions, and any text may be an id."""
        return 400 <= status < 500 or (status == 200 and msgspec.json.decode(body)["data"] == [])


def pocketbase_list(asked: dict[str, str]) -> str:
    """The parameters of a list."""
    given = {
        "filter": f"author='{asked['author_id']}' && published={asked['published']}",
        "sort": f"{asked['sort']},-id",
        "perPage": asked["limit"],
        "skipTotal": "1",
    }
    if "include" in asked:
        given["expand"] = EXPANDED[asked["include"]]
    return urlencode(given, quote_via=quote)


def pocketbase_row(row: dict[str, Any], include: str) -> dict[str, Any]:
    """A recipe with what came along; of what it has none of, PocketBase says nothing."""
    said = {name: row[name] for name in ("id", "title", "body", "published", "servings")}
    said |= {"author_id": row["author"], "created_at": row["created_at"].replace(" ", "T")}
    came = row.get("expand", {})
    if include == "author":
        said["author"] = came["author"]
    elif include:
        said |= {"comments": came.get("comments_via_recipe", []), "tags": came.get("tags", [])}
    return said


def pocketbase_token(token: str) -> str:
    """The token that PocketBase gives to the author whom a token of the benchmark names; a forged one stays."""
    try:
        author = verified(token).sub
    except WrongToken:
        return token
    claims = {
        "collectionId": AUTHORS_ID,
        "exp": int(time.time()) + SECONDS,
        "id": author,
        "refreshable": True,
        "type": "auth",
    }
    return signed(claims, token_key(author).encode() + SECRET)


AUTHORS_ID = "pbc_1469868592"
"""PocketBase makes the id of a collection of its name."""


def token_key(author: str) -> str:
    """The key of an account's own that its tokens are signed with, besides the secret of all."""
    return hashlib.sha256(author.encode()).hexdigest()[:50]


TRANSLATIONS: dict[str, Translation] = {"": Untranslated(), "pocketbase": PocketBase()}
"""By the name of the language that a contender speaks; the empty one is everybody's."""
