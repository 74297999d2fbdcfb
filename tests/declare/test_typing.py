"""mypy --strict accepts good declarations and refuses those that could only fail later."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = """
import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, Len
from sqlalchemy import exists, func
from sqlalchemy.orm import Mapped, relationship

from mainstay import kinds
from mainstay.declare import (
    Model, Resource, SoftDelete, Timestamps, Versioned, actor, anyone, descending, field, no_one, opaque, owner,
    reference, role, scope, signed_in, through, together, unindexed, via, where,
)

class User(Model):
    name: Mapped[str]

class Tint(enum.Enum):
    red = "r"

class Recipe(Model, Timestamps, Versioned, SoftDelete):
    title: Mapped[Annotated[str, Len(1, 120)]] = field(length=(1, 120))
    slug: Mapped[Annotated[str, kinds.Slug()]] = field(unique=True)
    published: Mapped[bool] = field(default=False)
    size: Mapped[Literal["s", "m"]] = field(default="s")
    tint: Mapped[Tint] = field(default=Tint.red)
    price: Mapped[Annotated[Decimal, kinds.Money(currency="EUR"), Ge(0)]]
    author_id: Mapped[UUID] = reference(User, on_delete="cascade", default=actor.id)
    author: Mapped[User] = relationship()
    parent_id: Mapped[UUID | None] = reference("recipes.id")

class Users(Resource[User]):
    operations = ["list", "get"]
    read = signed_in
"""

GOOD = '''
class Recipes(Resource[Recipe]):
    """Recipes, newest first."""

    name = "recipes"
    hidden = [Recipe.parent_id]
    writable = [Recipe.title, Recipe.slug, Recipe.price]
    write_once = [Recipe.author_id]
    filters = [Recipe.author_id, through(Recipe.author, User.name), unindexed(Recipe.title, "few rows")]
    sorts = [Recipe.created_at, unindexed(Recipe.price, "few rows")]
    order = [descending(Recipe.created_at)]
    includes = [Recipe.author, via(Recipe.author, Users)]
    indexes = [together(Recipe.author_id, descending(Recipe.created_at))]
    lookup = Recipe.slug
    max_limit = 50
    must_match = True
    read = where(Recipe.published) | owner(Recipe.author_id) | role("editor", "admin") & ~scope("narrow")
    create = signed_in
    update = delete = owner(Recipe.author_id) | where(actor.claim("teams").has(Recipe.author_id))
    read_fields = {Recipe.price: role("editor")}
    limits = {"create": "10/minute"}

class Others(Resource[Recipe]):
    fields = [Recipe.title]
    operations = ("list",)
    read = where(Recipe.created_at > func.now() - dt.timedelta(days=1)) | where(exists().where(User.id == actor.id))

class Ours(Resource[Recipe]):
    read = opaque(Recipe.title.like("a%"), "a pattern") & no_one | anyone

def used(recipe: Recipe) -> tuple[UUID, str, dt.datetime, User]:
    return recipe.id, recipe.title, recipe.created_at, recipe.author
'''

BAD = {
    "a sort as a string": 'sorts = ["created_at"]',
    "a filter as a string": 'filters = ["title"]',
    "a field as a string": 'writable = ["title"]',
    "a column as a policy": "read = Recipe.published",
    "a comparison as a policy": "read = Recipe.author_id == actor.id",
    "a text as a policy": 'read = "anyone"',
    "a policy or a column": "read = signed_in | Recipe.published",
    "an unknown operation": 'operations = ["lst"]',
    "a limit of an unknown operation": 'limits = {"creat": "1/minute"}',
    "a number as a path": "path = 5",
    "an include as a string": 'includes = ["author"]',
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What mypy says, by module; one run for all."""
    folder = tmp_path_factory.mktemp("typing")
    (folder / "good.py").write_text(BEGIN + GOOD)
    for number, line in enumerate(BAD.values()):
        (folder / f"bad{number}.py").write_text(f"from good import *\n\nclass Bad(Resource[Recipe]):\n    {line}\n")
    source = Path(__file__).parents[2] / "src"
    (folder / "mypy.ini").write_text(f"[mypy]\nstrict = true\nimplicit_reexport = true\nmypy_path = {source}\n")
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file",
            "mypy.ini",
            "--cache-dir",
            source.parent / ".mypy_cache" / "declarations",
            ".",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, list[str]] = {"good": [], **{f"bad{number}": [] for number in range(len(BAD))}}
    for line in run.stdout.splitlines():
        if match := re.match(r"(\w+)\.py:(\d+): error: (.*)", line):
            found[match[1]].append(f"{match[2]}: {match[3]}")
    assert "error" in run.stdout, run.stdout + run.stderr
    return found


def test_good_declarations_are_accepted(told: dict[str, list[str]]) -> None:
    assert told["good"] == []


@pytest.mark.requirement("A3.03")
@pytest.mark.parametrize("mistake", BAD)
def test_a_mistake_is_refused_where_it_stands(mistake: str, told: dict[str, list[str]]) -> None:
    errors = told[f"bad{list(BAD).index(mistake)}"]
    assert errors
    assert all(error.startswith("4: ") for error in errors)
