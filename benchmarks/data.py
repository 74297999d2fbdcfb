"""The rows: 100,000 recipes of 1,000 authors with tags and comments, the same everywhere, made from their numbers."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from uuid import UUID

RECIPES = int(os.environ.get("MAINSTAY_BENCH_RECIPES", "100000"))
AUTHORS = int(os.environ.get("MAINSTAY_BENCH_AUTHORS", "1000"))
"""Fewer for a trial of the benchmark itself; the figures are of these numbers."""
WRITERS = 100
"""Authors besides, who have no recipes before the benchmark creates some; no list asks for theirs."""
BEGIN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
APART = dt.timedelta(minutes=11, milliseconds=7)
WORDS = [
    "onion",
    "garlic",
    "butter",
    "flour",
    "simmer",
    "chop",
    "roast",
    "lemon",
    "thyme",
    "slowly",
    "pepper",
    "oven",
    "fold",
    "whisk",
    "tender",
    "golden",
    "broth",
    "rice",
    "leek",
    "carrot",
    "season",
    "taste",
    "serve",
    "warm",
    "bread",
    "crust",
    "olive",
    "basil",
    "cream",
    "stir",
]
TAGS = 60
CHUNK = 5_000


def key(kind: str, number: int) -> UUID:
    """The identifier of a row: a UUID of version 7 in the order of the numbers."""
    moment = int((BEGIN + APART * number).timestamp() * 1000)
    rest = int.from_bytes(hashlib.blake2b(f"{kind}{number}".encode(), digest_size=10).digest(), "big")
    low = (rest & (1 << 62) - 1) | 1 << 63
    return UUID(int=moment << 80 | 7 << 76 | (rest >> 66 & 0xFFF) << 64 | low)


def recipe_id(number: int) -> UUID:
    """The identifier of a recipe."""
    return key("recipe", number)


def author_id(number: int) -> UUID:
    """The identifier of an author."""
    return key("author", number)


def authors() -> Iterator[dict[str, Any]]:
    """Every author."""
    for number in range(AUTHORS + WRITERS):
        yield {"id": author_id(number), "name": f"Author {number:04}"}


def recipes() -> Iterator[dict[str, Any]]:
    """Every recipe; four of five are published, and each author has some hundred."""
    random = Random(7)
    writers = [author_id(number) for number in range(AUTHORS)]
    for number in range(RECIPES):
        yield {
            "id": recipe_id(number),
            "title": " ".join(random.choices(WORDS, k=4)),
            "body": " ".join(random.choices(WORDS, k=40)),
            "published": random.random() < 0.8,
            "servings": random.randrange(1, 13),
            "author_id": random.choice(writers),
            "created_at": BEGIN + APART * number,
        }


def tags() -> Iterator[dict[str, Any]]:
    """Every tag."""
    for number in range(TAGS):
        yield {"id": key("tag", number), "name": f"{WORDS[number % len(WORDS)]}-{number}"}


def recipe_tags() -> Iterator[dict[str, Any]]:
    """None to four tags for each recipe."""
    random = Random(8)
    ids = [key("tag", number) for number in range(TAGS)]
    for number in range(RECIPES):
        for tag in random.sample(ids, random.randrange(5)):
            yield {"recipe_id": recipe_id(number), "tag_id": tag}


def comments() -> Iterator[dict[str, Any]]:
    """None to three comments on each recipe."""
    random = Random(9)
    writers = [author_id(number) for number in range(AUTHORS)]
    for number in range(RECIPES):
        for place in range(random.randrange(4)):
            yield {
                "id": key(f"comment{place}-", number),
                "text": " ".join(random.choices(WORDS, k=12)),
                "recipe_id": recipe_id(number),
                "author_id": random.choice(writers),
                "created_at": BEGIN + APART * number + APART * place,
            }


TABLES: tuple[tuple[str, Callable[[], Iterator[dict[str, Any]]]], ...] = (
    ("authors", authors),
    ("tags", tags),
    ("recipes", recipes),
    ("recipe_tags", recipe_tags),
    ("comments", comments),
)
"""Every table with its rows, those that others refer to first."""


def chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows by the thousand."""
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
