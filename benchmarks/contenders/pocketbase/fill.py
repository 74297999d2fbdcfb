"""Makes PocketBase's own database with its own migration, and fills its tables.

python -m benchmarks.contenders.pocketbase.fill
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import data
from benchmarks.peers import POCKETBASE
from benchmarks.translation import token_key

ROWS = {
    "authors": "INSERT INTO authors (id, name, tokenKey) VALUES (?, ?, ?)",
    "tags": "INSERT INTO tags (id, name) VALUES (?, ?)",
    "recipes": "INSERT INTO recipes (id, title, body, published, servings, author, created_at, tags) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "comments": "INSERT INTO comments (id, text, recipe, author, created_at) VALUES (?, ?, ?, ?, ?)",
}


def authors() -> Iterator[tuple[Any, ...]]:
    """Accounts without a password; their tokens are signed with their keys."""
    for row in data.authors():
        yield str(row["id"]), row["name"], token_key(str(row["id"]))


def tags() -> Iterator[tuple[Any, ...]]:
    """Every tag."""
    for row in data.tags():
        yield str(row["id"]), row["name"]


def recipes() -> Iterator[tuple[Any, ...]]:
    """Recipes, each with the ids of its tags by their names."""
    names = {row["id"]: row["name"] for row in data.tags()}
    of_each = groupby(data.recipe_tags(), key=lambda row: row["recipe_id"])
    recipe, linked = next(of_each, (None, iter(())))
    for row in data.recipes():
        mine: list[str] = []
        if row["id"] == recipe:
            mine = [str(id) for id in sorted((link["tag_id"] for link in linked), key=names.__getitem__)]
            recipe, linked = next(of_each, (None, iter(())))
        *values, created = row.values()
        yield *map(plain, values), moment(created), msgspec.json.encode(mine).decode()


def comments() -> Iterator[tuple[Any, ...]]:
    """Every comment."""
    for row in data.comments():
        *values, created = row.values()
        yield *map(plain, values), moment(created)


def plain(value: Any) -> Any:
    """A value as SQLite takes it."""
    return value if isinstance(value, (str, int)) else str(value)


def moment(value: Any) -> str:
    """A moment as PocketBase writes it."""
    return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}Z"


def main() -> None:
    """Makes the folder and fills the database in it."""
    folder = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    for command in (
        ["migrate", "up", "--migrationsDir", str(Path(__file__).parent)],
        ["superuser", "upsert", "somebody@example.com", "a password of the benchmark"],  # or each start asks for one
    ):
        subprocess.run([POCKETBASE, *command, "--dir", folder], check=True, stdout=subprocess.DEVNULL)
    connection = sqlite3.connect(f"{folder}/data.db")
    for rows in (authors, tags, recipes, comments):
        connection.executemany(ROWS[rows.__name__], rows())
    columns = "id, title, body, published, servings, author, created_at, tags"
    connection.execute(f"INSERT INTO guarded_recipes ({columns}) SELECT {columns} FROM recipes")
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()


if __name__ == "__main__":
    main()
