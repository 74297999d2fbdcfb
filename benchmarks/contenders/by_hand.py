"""What an expert writes who knows the queries beforehand: an ASGI function, the raw driver, msgspec.

PostgreSQL is asyncpg with a prepared statement for each query on connections that are kept and never reset;
SQLite is the module `sqlite3` in the thread of the event loop.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from benchmarks.tokens import Verifier, WrongToken

URL = os.environ["DATABASE_URL"]
POSTGRESQL = URL.startswith("postgresql")
CONNECTIONS = 20
CALLS, SECONDS = 10_000_000, 60
"""A rate limit that is counted and never reached."""

COLUMNS = "id, title, body, published, servings, author_id, created_at"
MARKS = ("$1", "$2", "$3") if POSTGRESQL else ("?", "?", "?")
GET = f"SELECT {COLUMNS} FROM recipes WHERE id = {MARKS[0]}"
WHERE = f"author_id = {MARKS[0]} AND published = {MARKS[1]}"
ORDER = "ORDER BY created_at DESC, id DESC LIMIT"
LIST = f"SELECT {COLUMNS} FROM recipes WHERE {WHERE} {ORDER} {MARKS[2]}"
WITH_AUTHOR = f"""SELECT {", ".join(f"r.{name}" for name in COLUMNS.split(", "))}, a.name FROM recipes r
    JOIN authors a ON a.id = r.author_id WHERE r.author_id = {MARKS[0]} AND r.published = {MARKS[1]}
    ORDER BY r.created_at DESC, r.id DESC LIMIT {MARKS[2]}"""
PARENTS = "= ANY($1::uuid[])" if POSTGRESQL else "IN (SELECT value FROM json_each(?))"
COMMENTS = f"""SELECT recipe_id, id, text, author_id, created_at FROM comments
    WHERE recipe_id {PARENTS} ORDER BY created_at, id"""
TAGS = f"""SELECT l.recipe_id, t.id, t.name FROM recipe_tags l JOIN tags t ON t.id = l.tag_id
    WHERE l.recipe_id {PARENTS} ORDER BY t.name, t.id"""
OWN_LIST = f"""SELECT {COLUMNS} FROM recipes WHERE {WHERE} AND (published OR author_id = {MARKS[2]})
    {ORDER} {"$4" if POSTGRESQL else "?"}"""

STATEMENTS = (GET, LIST, WITH_AUTHOR, COMMENTS, TAGS, OWN_LIST)

Fetch = Callable[[str, tuple[Any, ...]], Awaitable[list[Any]]]


class Recipe(msgspec.Struct):
    """A recipe as it is answered; ids and moments as the driver has them."""

    id: Any
    title: str
    body: str
    published: bool
    servings: int
    author_id: Any
    created_at: Any


class Named(msgspec.Struct):
    """An author or a tag as it is answered."""

    id: Any
    name: str


class Comment(msgspec.Struct):
    """A comment as it is answered."""

    id: Any
    text: str
    recipe_id: Any
    author_id: Any
    created_at: Any


class WithAuthor(Recipe):
    """A recipe with its author."""

    author: Named


class WithComments(Recipe):
    """A recipe with its comments and tags."""

    comments: list[Comment]
    tags: list[Named]


class Meta(msgspec.Struct):
    """What a page says about itself."""

    limit: int
    next: str | None


class Page(msgspec.Struct):
    """A page of recipes."""

    data: list[Recipe]
    meta: Meta


class One(msgspec.Struct):
    """One recipe."""

    data: Recipe


encode = msgspec.json.Encoder().encode
verifier = Verifier()
full_at: dict[str, float] = {}
log = open(os.environ["ACCESS_LOG"], "ab", buffering=64 * 1024)  # noqa: SIM115 - for as long as the process lives


def connect_sqlite() -> Fetch:
    """A function that runs a statement on SQLite."""
    connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, cached_statements=64)
    connection.execute("PRAGMA cache_size = -65536")

    async def fetch(text: str, values: tuple[Any, ...]) -> list[Any]:
        return connection.execute(text, values).fetchall()

    return fetch


async def connect_postgresql() -> Fetch:
    """A function that runs a statement on PostgreSQL."""
    import asyncio

    import asyncpg

    idle: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
    for _ in range(CONNECTIONS):
        connection = await asyncpg.connect(URL)
        idle.put_nowait({text: await connection.prepare(text) for text in STATEMENTS})

    async def fetch(text: str, values: tuple[Any, ...]) -> list[Any]:
        statements = await idle.get()
        try:
            rows: list[Any] = await statements[text].fetch(*values)
            return rows
        finally:
            idle.put_nowait(statements)

    return fetch


fetch: Fetch


def recipe(row: Any) -> Recipe:
    """A row as it is answered."""
    if POSTGRESQL:
        return Recipe(*row)
    return Recipe(row[0], row[1], row[2], row[3] == 1, row[4], row[5], row[6])


def identifier(text: str) -> Any:
    """A UUID in the form of the driver; ValueError where it is none."""
    value = UUID(text)
    return value if POSTGRESQL else str(value)


async def one(text: str) -> bytes | None:
    """One recipe."""
    rows = await fetch(GET, (identifier(text),))
    return encode(One(recipe(rows[0]))) if rows else None


async def page(query: bytes, actor: Any) -> bytes:
    """A page of the recipes of an author, those that the actor may read."""
    given = dict(parse_qsl(query.decode(), strict_parsing=True))
    include = given.pop("include", "")
    if given.pop("sort", "-created_at") != "-created_at" or given.keys() - {"author_id", "published", "limit"}:
        raise ValueError(query)
    limit = int(given.get("limit", "20"))
    published = {"true": True, "false": False}[given["published"]]
    if not 1 <= limit <= 100 or include not in ("", "author", "comments,tags"):
        raise ValueError(query)
    author = identifier(given["author_id"])
    if actor is None:
        rows = await fetch(WITH_AUTHOR if include == "author" else LIST, (author, published, limit + 1))
    else:
        rows = await fetch(OWN_LIST, (author, published, identifier(actor), limit + 1))
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        last = rows[-1]
        following = f"{last[6].isoformat() if isinstance(last[6], dt.datetime) else last[6]},{last[0]}"
    found: list[Any]
    if include == "author":
        found = [WithAuthor(*whole(row), Named(row[5], row[7])) for row in rows]
    elif include:
        found = await with_comments(rows)
    else:
        found = [recipe(row) for row in rows]
    return encode(Page(found, Meta(limit, following)))


def whole(row: Any) -> tuple[Any, ...]:
    """The columns of a recipe as they are answered."""
    return (row[0], row[1], row[2], row[3] == 1, row[4], row[5], row[6])


async def with_comments(rows: list[Any]) -> list[WithComments]:
    """Recipes with their comments and tags."""
    made = {row[0]: WithComments(*whole(row), [], []) for row in rows}
    parents = (list(made) if POSTGRESQL else encode(list(made)).decode(),)
    for row in await fetch(COMMENTS, parents):
        made[row[0]].comments.append(Comment(row[1], row[2], row[0], row[3], row[4]))
    for row in await fetch(TAGS, parents):
        made[row[0]].tags.append(Named(row[1], row[2]))
    return list(made.values())


def allowed(caller: str) -> bool:
    """Whether the caller has a call left (the generic cell rate algorithm)."""
    now = time.monotonic()
    full = max(full_at.get(caller, now), now) + SECONDS / CALLS
    if full - now > SECONDS:
        return False
    full_at[caller] = full
    return True


JSON = (b"content-type", b"application/json")


async def answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Sends an answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [JSON, length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def guarded(scope: Any, send: Any) -> None:
    """The list under a policy: token, limit, request id, access line."""
    started = time.perf_counter()
    headers = dict(scope["headers"])
    request_id = headers.get(b"x-request-id", b"").decode()
    if not re.fullmatch(r"[\w.-]{8,64}", request_id):
        request_id = os.urandom(16).hex()
    actor, status, body = None, 200, b""
    try:
        actor = verifier.claims(headers[b"authorization"].decode().removeprefix("Bearer ")).sub
        if allowed(actor):
            body = await page(scope["query_string"], actor)
        else:
            status, body = 429, b'{"error":{"code":"TOO_MANY_REQUESTS"}}'
    except (WrongToken, KeyError):
        status, body = 401, b'{"error":{"code":"UNAUTHENTICATED"}}'
    except ValueError:
        status, body = 400, b'{"error":{"code":"VALIDATION_ERROR"}}'
    await answer(send, status, body, (b"x-request-id", request_id.encode()))
    line = {
        "time": time.time(),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "actor": actor,
        "address": scope["client"][0],
        "request_id": request_id,
        "seconds": round(time.perf_counter() - started, 6),
    }
    log.write(encode(line) + b"\n")


PREFIX = "/api/v1/recipes/"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The routes."""
    global fetch
    if scope["type"] == "lifespan":
        await receive()
        fetch = await connect_postgresql() if POSTGRESQL else connect_sqlite()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        log.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    try:
        if path.startswith(PREFIX):
            body = await one(path[len(PREFIX) :])
            await answer(send, 200 if body else 404, body or b'{"error":{"code":"NOT_FOUND"}}')
        elif path == "/api/v1/recipes":
            await answer(send, 200, await page(scope["query_string"], None))
        elif path == "/api/v1/guarded-recipes":
            await guarded(scope, send)
        else:
            await answer(send, 404, b'{"error":{"code":"NOT_FOUND"}}')
    except (ValueError, KeyError):
        await answer(send, 400, b'{"error":{"code":"VALIDATION_ERROR"}}')
