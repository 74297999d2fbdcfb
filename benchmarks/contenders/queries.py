"""What an expert writes who knows the queries beforehand: the raw driver and msgspec.

PostgreSQL is asyncpg with a prepared statement for each query on connections that are kept and never reset;
SQLite is the module `sqlite3` in the thread of the event loop.  `by_hand.py` and `fastapi_tuned.py` serve them.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec

URL = os.environ["DATABASE_URL"]
POSTGRESQL = URL.startswith("postgresql")
CONNECTIONS = 20

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
CREATE = f"""INSERT INTO recipes ({COLUMNS})
    VALUES ({", ".join(f"${number}" if POSTGRESQL else "?" for number in range(1, 8))})"""

STATEMENTS = (GET, LIST, WITH_AUTHOR, COMMENTS, TAGS, OWN_LIST, CREATE)

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


class NewRecipe(msgspec.Struct, forbid_unknown_fields=True):
    """What is given of a recipe that is created."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    servings: Annotated[int, msgspec.Meta(ge=1, le=100)]
    author_id: UUID
    published: bool = False


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


def connect_sqlite() -> Fetch:
    """A function that runs a statement on SQLite."""
    connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, cached_statements=64)
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA foreign_keys = ON")

    async def fetch(text: str, values: tuple[Any, ...]) -> list[Any]:
        return connection.execute(text, values).fetchall()

    return fetch


async def connect_postgresql() -> Fetch:
    """A function that runs a statement on PostgreSQL."""
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


async def connect() -> None:
    """Opens the database."""
    global fetch
    fetch = await connect_postgresql() if POSTGRESQL else connect_sqlite()


class Unknown(ValueError):
    """A row that is referred to and is not there."""


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


async def page(author: Any, published: bool, include: str, limit: int, actor: Any) -> bytes:
    """A page of the recipes of an author, those that the actor may read."""
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


async def create(given: Any) -> bytes:
    """Saves a recipe of which everything given is right; Unknown where its author is not there."""
    moment = dt.datetime.now(dt.UTC)
    made = Recipe(
        new_id(),
        given.title,
        given.body,
        given.published,
        given.servings,
        given.author_id if POSTGRESQL else str(given.author_id),
        moment if POSTGRESQL else f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
    )
    try:
        await fetch(CREATE, msgspec.structs.astuple(made))
    except Exception as error:  # asyncpg is not there where PostgreSQL is not
        if isinstance(error, sqlite3.IntegrityError) or getattr(error, "sqlstate", None) == "23503":
            raise Unknown(str(given.author_id)) from error
        raise
    return encode(One(made))


def new_id() -> Any:
    """A UUID of version 7 in the form of the driver."""
    value = UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62 | int.from_bytes(os.urandom(7)))
    return value if POSTGRESQL else str(value)
