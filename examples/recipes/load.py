"""Fills an empty database by calling the operations, each as the person whose row it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from examples.recipes import source
from mainstay.engine import Answer, Call, Engine
from mainstay.identity import Credentials

AT_ONCE = 64
"""Calls that are under way together; SQLite commits those that wait in one go."""
EVERY_DRAFT = 12
"""One recipe in so many stays a draft."""
REMARKS = (
    "Made this twice this week.",
    "Half the salt is plenty.",
    "My grandmother did it the same way.",
    "Works with oat milk too.",
    "Needs ten minutes more in my oven.",
    "The children asked for it again.",
    "Great cold, the next day.",
    "I doubled the garlic and regret nothing.",
)

Progress = Callable[[str, int, int], None]
"""Told what is being loaded, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A row to create: of which resource, as whom, with what."""

    resource: str
    handle: str
    body: dict[str, Any]


async def is_empty(engine: Engine) -> bool:
    """Whether nobody is there yet."""
    answer = await engine.execute(Call(engine.application.operation("people.list"), parameters=[("limit", "1")]))
    return not answer.data


async def load(engine: Engine, progress: Progress = lambda what, done, total: None) -> None:
    """Creates the people, tags and recipes, then what people made of them; the same every time."""
    tags, recipes = await load_rows(engine, progress)
    chance = random.Random(1832)
    published = [recipe for number, recipe in enumerate(source.recipes()) if not is_draft(number)]
    for what, wishes in (
        ("tags of recipes", [*tagged(tags, recipes)]),
        ("comments", [*comments(chance, recipes, published)]),
        ("ratings", [*ratings(chance, recipes, published)]),
        ("likes", [*likes(chance, recipes, published)]),
    ):
        await create(engine, what, wishes, progress)


async def load_rows(engine: Engine, progress: Progress) -> tuple[dict[str, Any], dict[str, Any]]:
    """Creates people, tags and recipes: the identifiers of tags by name and of recipes by slug."""
    await create(engine, "people", [*people()], progress)
    names = dict.fromkeys(tag for recipe in source.recipes() for tag in recipe.tags)
    tags = await create(engine, "tags", [Wish("tags", "editor", {"name": name}) for name in names], progress)
    recipes = await create(engine, "recipes", [*dishes()], progress)
    return (
        {row["name"]: row["id"] for row in tags},
        {row["slug"]: row["id"] for row in recipes},
    )


def is_draft(number: int) -> bool:
    """Whether the recipe on this line of the file is not published."""
    return number % EVERY_DRAFT == EVERY_DRAFT - 1


def people() -> Iterator[Wish]:
    """Everybody, made by the admin."""
    for handle, name in source.people().items():
        row = {"id": str(source.person_id(handle)), "handle": handle, "name": name, "email": f"{handle}@example.org"}
        yield Wish("people", "admin", row)


def dishes() -> Iterator[Wish]:
    """Every recipe, made by its author."""
    for number, recipe in enumerate(source.recipes()):
        row = {
            "slug": recipe.slug,
            "title": recipe.title,
            "description": recipe.description,
            "ingredients": list(recipe.ingredients),
            "directions": list(recipe.directions),
            "minutes": recipe.minutes,
            "servings": recipe.servings,
            "written_on": recipe.written_on.isoformat(),
            "published": not is_draft(number),
            "notes": "Not ready: try it once more first." if is_draft(number) else None,
        }
        yield Wish("recipes", recipe.author, row)


def tagged(tags: dict[str, Any], recipes: dict[str, Any]) -> Iterator[Wish]:
    """Every tag of every recipe, set by the author."""
    for recipe in source.recipes():
        for tag in recipe.tags:
            row = {"recipe_id": recipes[recipe.slug], "tag_id": tags[tag]}
            yield Wish("recipe_tags", recipe.author, row)


def comments(
    chance: random.Random, recipes: dict[str, Any], published: Iterable[source.SourceRecipe]
) -> Iterator[Wish]:
    """None to three remarks on each published recipe."""
    for recipe in published:
        for handle in some_people(chance, 3):
            yield Wish("comments", handle, {"recipe_id": recipes[recipe.slug], "body": chance.choice(REMARKS)})


def ratings(chance: random.Random, recipes: dict[str, Any], published: Iterable[source.SourceRecipe]) -> Iterator[Wish]:
    """None to four ratings of each published recipe."""
    for recipe in published:
        for handle in some_people(chance, 4):
            stars = chance.choice((2, 3, 4, 4, 5, 5))
            yield Wish("ratings", handle, {"recipe_id": recipes[recipe.slug], "stars": stars})


def likes(chance: random.Random, recipes: dict[str, Any], published: Iterable[source.SourceRecipe]) -> Iterator[Wish]:
    """None to three likes of each published recipe."""
    for recipe in published:
        for handle in some_people(chance, 3):
            yield Wish("likes", handle, {"recipe_id": recipes[recipe.slug]})


def some_people(chance: random.Random, most: int) -> list[str]:
    """At most so many different people."""
    return chance.sample(list(source.people()), chance.randint(0, most))


async def create(engine: Engine, what: str, wishes: list[Wish], progress: Progress) -> list[dict[str, Any]]:
    """Runs the calls, many at a time; the rows that came of them, in the same order."""
    rows: list[dict[str, Any]] = []
    async for answer in in_turns(engine, wishes):
        rows.append(msgspec.json.decode(msgspec.json.encode(answer.data)))
        progress(what, len(rows), len(wishes))
    return rows


async def in_turns(engine: Engine, wishes: list[Wish]) -> AsyncIterator[Answer]:
    """The answers, in order; the next calls start when the last of a turn is done."""
    for start in range(0, len(wishes), AT_ONCE):
        turn = [engine.execute(call_of(engine, wish)) for wish in wishes[start : start + AT_ONCE]]
        for answer in await asyncio.gather(*turn):
            yield answer


def call_of(engine: Engine, wish: Wish) -> Call:
    """The call that creates a row, with the token of whoever makes it."""
    operation = engine.application.operation(f"{wish.resource}.create")
    return Call(operation, body=wish.body, credentials=Credentials("bearer", f"demo-{wish.handle}"))
