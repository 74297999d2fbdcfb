"""Fills an empty database by calling the operations, each as the person whose row it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from examples.recipes import source
from mainstay import Actor, Mainstay
from mainstay.engine import Call, Engine

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

PASSWORD = "public domain recipes"  # noqa: S105 - everybody may know it
"""Of those who can sign in.  For trying only: `mainstay serve --production` refuses a database with such accounts."""
SIGN_IN = {"admin": ["admin"], "editor": ["editor"], "reader": [], "luke-smith": []}
"""Who can sign in, by handle, and their roles; every other author has no password."""

PARTS = ("people", "tags", "recipes", "comments", "ratings", "likes")
"""What is loaded, in this order."""

Progress = Callable[[str, int, int], None]
"""Told what is being loaded, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A row to create: of which resource, as whom, with what."""

    resource: str
    handle: str
    body: dict[str, Any]


Actors = dict[str, Actor]
"""Those whom rows are made as, by handle."""


async def fill(app: Mainstay, progress: Progress = lambda what, done, total: None) -> bool:
    """Loads everything where nobody is there yet; whether that was so."""
    await app.engine.open()
    try:
        await app.bring_up_schema()
        people_list = app.application.operation("people.list")
        is_empty = not (await app.engine.execute(Call(people_list, parameters=[("limit", "1")]))).data
        if is_empty:
            await load(app, progress)
        return is_empty
    finally:
        await app.engine.close()


async def load(app: Mainstay, progress: Progress) -> None:
    """Creates the people, tags and recipes, then what people made of them; the same every time."""
    assert app.accounts is not None
    actors: Actors = {}
    for handle in SIGN_IN:
        await sign_up(app, handle)
        actors[handle] = await app.accounts.identity.find(address(handle))
    await create(app.engine, "people", people(), actors, progress)
    for handle in source.people():
        actors[handle] = await app.accounts.identity.find(address(handle))
    await create(app.engine, "tags", words(), actors, progress)
    recipes = await create(app.engine, "recipes", dishes(), actors, progress)
    chance = random.Random(1832)
    published = [row["id"] for row in recipes if row["published"]]
    await create(app.engine, "comments", comments(chance, published), actors, progress)
    await create(app.engine, "ratings", ratings(chance, published), actors, progress)
    await create(app.engine, "likes", likes(chance, published), actors, progress)


async def sign_up(app: Mainstay, handle: str) -> None:
    """Makes the account of somebody who can sign in, as `mainstay user create` does."""
    assert app.accounts is not None
    row = {"id": source.person_id(handle), "handle": handle, "name": source.people()[handle]}
    await app.accounts.create(email=address(handle), password=PASSWORD, roles=SIGN_IN[handle], **row)


def address(handle: str) -> str:
    """Where mail would reach somebody, at a domain that nobody has (RFC 2606)."""
    return f"{handle}@example.org"


def is_draft(number: int) -> bool:
    """Whether the recipe on this line of the file is not published."""
    return number % EVERY_DRAFT == EVERY_DRAFT - 1


def people() -> Iterator[Wish]:
    """Everybody who has no password, made by the admin."""
    for handle, name in source.people().items():
        if handle not in SIGN_IN:
            row = {"id": str(source.person_id(handle)), "handle": handle, "name": name, "email": address(handle)}
            yield Wish("people", "admin", row)


def dishes() -> Iterator[Wish]:
    """Every recipe with its tags, made by its author."""
    for number, recipe in enumerate(source.recipes()):
        row = {
            "slug": recipe.slug,
            "title": recipe.title,
            "description": recipe.description,
            "ingredients": list(recipe.ingredients),
            "directions": list(recipe.directions),
            "minutes": recipe.minutes,
            "servings": recipe.servings,
            "tags": list(recipe.tags),
            "written_on": recipe.written_on.isoformat(),
            "published": not is_draft(number),
            "notes": "Not ready: try it once more first." if is_draft(number) else None,
        }
        yield Wish("recipes", recipe.author, row)


def words() -> Iterator[Wish]:
    """Every tag, as an editor lists it."""
    for name in dict.fromkeys(tag for recipe in source.recipes() for tag in recipe.tags):
        yield Wish("tags", "editor", {"name": name})


def comments(chance: random.Random, published: list[str]) -> Iterator[Wish]:
    """None to three remarks on each published recipe."""
    for recipe_id in published:
        for handle in some_people(chance, 3):
            yield Wish("comments", handle, {"recipe_id": recipe_id, "body": chance.choice(REMARKS)})


def ratings(chance: random.Random, published: list[str]) -> Iterator[Wish]:
    """None to four ratings of each published recipe."""
    for recipe_id in published:
        for handle in some_people(chance, 4):
            yield Wish("ratings", handle, {"recipe_id": recipe_id, "stars": chance.choice((2, 3, 4, 4, 5, 5))})


def likes(chance: random.Random, published: list[str]) -> Iterator[Wish]:
    """None to three likes of each published recipe."""
    for recipe_id in published:
        for handle in some_people(chance, 3):
            yield Wish("likes", handle, {"recipe_id": recipe_id})


def some_people(chance: random.Random, most: int) -> list[str]:
    """At most so many different people."""
    return chance.sample(list(source.people()), chance.randint(0, most))


async def create(
    engine: Engine, what: str, wishes: Iterator[Wish], actors: Actors, progress: Progress
) -> list[dict[str, Any]]:
    """Runs the calls, many at a time; the rows that came of them, in the same order."""
    calls = [call_of(engine, wish, actors[wish.handle]) for wish in wishes]
    rows: list[dict[str, Any]] = []
    for start in range(0, len(calls), AT_ONCE):
        answers = await asyncio.gather(*[engine.execute(call) for call in calls[start : start + AT_ONCE]])
        rows += msgspec.json.decode(msgspec.json.encode([answer.data for answer in answers]))
        progress(what, len(rows), len(calls))
    return rows


def call_of(engine: Engine, wish: Wish, actor: Actor) -> Call:
    """The call that creates a row, by whoever makes it."""
    return Call(engine.application.operation(f"{wish.resource}.create"), body=wish.body, actor=actor)
