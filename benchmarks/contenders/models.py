"""The benchmark's backend as Mainstay has it declared."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from annotated_types import Interval, Len
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped, relationship

from mainstay.declare import Actions, Model, Resource, action, anyone, descending, field, owner, reference, where
from mainstay.declare.model import NAMES, now


class Base(Model):
    """Tables apart from those of other applications in the same process."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMES)


class Author(Base):
    """Somebody who writes recipes."""

    name: Mapped[Annotated[str, Len(1, 80)]]


class Tag(Base):
    """A word on recipes."""

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)


class RecipeTag(Base):
    """That a recipe has a tag."""

    recipe_id: Mapped[UUID] = reference("recipes.id", primary_key=True, on_delete="cascade")
    tag_id: Mapped[UUID] = reference(Tag, primary_key=True, on_delete="cascade")


class Comment(Base):
    """What somebody says of a recipe."""

    text: Mapped[Annotated[str, Len(1, 500)]]
    recipe_id: Mapped[UUID] = reference("recipes.id", on_delete="cascade")
    author_id: Mapped[UUID] = reference(Author, on_delete="cascade")
    created_at: Mapped[dt.datetime]


class Recipe(Base):
    """A dish."""

    title: Mapped[Annotated[str, Len(1, 120)]]
    body: Mapped[Annotated[str, Len(1, 20_000)]]
    published: Mapped[bool] = field(default=False)
    servings: Mapped[Annotated[int, Interval(ge=1, le=100)]]
    author_id: Mapped[UUID] = reference(Author, on_delete="cascade")
    created_at: Mapped[dt.datetime] = field(default=now)

    # The classes themselves: their names stand for other models too where tests of several applications run
    author: Mapped[Author] = relationship(Author)
    comments: Mapped[list[Comment]] = relationship(Comment)
    tags: Mapped[list[Tag]] = relationship(Tag, secondary=RecipeTag.__table__)


class Authors(Resource[Author]):
    """Everybody who writes."""

    operations = ["get"]
    read = anyone


class Tags(Resource[Tag]):
    """Every tag, by its name."""

    operations = ["get"]
    order = [Tag.name]
    read = anyone


class Comments(Resource[Comment]):
    """Every comment, the oldest first."""

    operations = ["get"]
    order = [Comment.created_at]
    read = anyone


class Recipes(Resource[Recipe]):
    """Recipes that everybody reads, the latest first."""

    operations = ["list", "get", "create"]
    writable = [Recipe.title, Recipe.body, Recipe.published, Recipe.servings, Recipe.author_id]
    filters = [Recipe.author_id, Recipe.published]
    sorts = [Recipe.created_at]
    order = [descending(Recipe.created_at)]
    includes = [Recipe.author, Recipe.comments, Recipe.tags]
    read = create = anyone


class GuardedRecipes(Recipes):
    """Recipes of which each caller reads the published and their own."""

    name = "guarded_recipes"
    operations = ["list", "get"]
    read = where(Recipe.published) | owner(Recipe.author_id)


class Hello(Actions):
    """Greetings."""

    @action(allow=anyone, method="GET", path="")
    async def world(self) -> str:
        """The usual one."""
        return "Hello, world"


RESOURCES = [Authors, Tags, Comments, Recipes, GuardedRecipes, Hello]
"""Everything that is served."""
