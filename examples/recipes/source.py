"""The imported recipes and people, read from the file that they came in."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "recipes.jsonl"
NAMESPACE = uuid.UUID("2f9b1a52-6f0e-5c1c-9d53-6f1d7a3b8c10")
"""Imported people keep their identifiers, whichever database they are loaded into."""

STAFF = {"admin": "Ada Admin", "editor": "Ed Editor", "reader": "Rita Reader"}
"""By handle: people of the house, who wrote no recipes."""


@dataclass(frozen=True, slots=True)
class SourceRecipe:
    """A recipe as it came."""

    slug: str
    title: str
    author: str
    """The author's handle."""
    written_on: dt.date
    description: str
    minutes: int | None
    servings: int | None
    tags: tuple[str, ...]
    ingredients: tuple[str, ...]
    directions: tuple[str, ...]


@cache
def people() -> dict[str, str]:
    """Names by handle: the staff, then everybody who wrote a recipe, each spelling as a person of its own."""
    found = dict(STAFF)
    for author in dict.fromkeys(line["author"] for line in lines()):
        handle = slug_of(author)
        found[handle if handle not in found else f"{handle}-2"] = author
    return found


@cache
def recipes() -> tuple[SourceRecipe, ...]:
    """Every recipe, in the order of the file."""
    handles = {name: handle for handle, name in people().items()}
    return tuple(
        SourceRecipe(
            slug=slug_of(line["slug"]),
            title=line["title"],
            author=handles[line["author"]],
            written_on=dt.date.fromisoformat(line["created_at"][:10]),
            description=line["description"],
            minutes=minutes_of(line["prep_minutes"], line["cook_minutes"]),
            servings=line["servings"],
            tags=tuple(line["tags"]),
            ingredients=tuple(line["ingredients"]),
            directions=tuple(line["directions"]),
        )
        for line in lines()
    )


def person_id(handle: str) -> uuid.UUID:
    """The identifier of an imported person."""
    return uuid.uuid5(NAMESPACE, handle)


def slug_of(text: str) -> str:
    """The text in lower-case letters, digits and single hyphens."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("ø", "o"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(c for c in letters if not unicodedata.combining(c))).strip("-")


def minutes_of(*parts: int | None) -> int | None:
    """The sum of the parts that are known."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def lines() -> list[dict[str, Any]]:
    """The file's lines."""
    return [json.loads(line) for line in FILE.read_text().splitlines()]
