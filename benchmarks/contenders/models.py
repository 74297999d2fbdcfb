"""The benchmark's backend as Mainstay has it declared."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from annotated_types import Interval, Len
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from mainstay.declare import Model, Resource, anyone, descending, field, owner, reference, where
from mainstay.declare.model import NAMES


class Base(Model):
    """Tables apart from those of other applications in the same process."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMES)


class Author(Base):
    """Somebody who writes recipes."""

    name: Mapped[Annotated[str, Len(1, 80)]]


class Recipe(Base):
    """A dish."""

    title: Mapped[Annotated[str, Len(1, 120)]]
    body: Mapped[Annotated[str, Len(1, 20_000)]]
    published: Mapped[bool] = field(default=False)
    servings: Mapped[Annotated[int, Interval(ge=1, le=100)]]
    author_id: Mapped[UUID] = reference(Author, on_delete="cascade")
    created_at: Mapped[dt.datetime]


class Recipes(Resource[Recipe]):
    """Recipes that everybody reads, the latest first."""

    operations = ["list", "get"]
    filters = [Recipe.author_id, Recipe.published]
    sorts = [Recipe.created_at]
    order = [descending(Recipe.created_at)]
    read = anyone


class GuardedRecipes(Recipes):
    """Recipes of which each caller reads the published and their own."""

    name = "guarded_recipes"
    read = where(Recipe.published) | owner(Recipe.author_id)
