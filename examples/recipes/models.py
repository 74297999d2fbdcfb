"""What is stored: people, their recipes, and what others make of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Interval, Len
from pydantic import RootModel
from sqlalchemy.orm import Mapped, relationship

from mainstay import Model, Timestamps, Versioned, actor, field, reference
from mainstay.kinds import Email, Slug


class Lines(RootModel[Annotated[list[Annotated[str, Len(1, 1000)]], Len(1, 100)]]):
    """One line after the other: ingredients, or steps."""


def today() -> dt.date:
    """The present day, in UTC."""
    return dt.datetime.now(dt.UTC).date()


class Person(Model, Timestamps):
    """Somebody who shares recipes, or likes those of others."""

    __tablename__ = "people"

    handle: Mapped[Annotated[str, Slug(max_length=60)]] = field(unique=True)
    name: Mapped[Annotated[str, Len(1, 80)]]
    email: Mapped[Annotated[str, Email()]] = field(unique=True)
    about: Mapped[Annotated[str, Len(1, 2000)] | None]


class Tag(Model):
    """A word to find recipes by."""

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)


class RecipeTag(Model):
    """That a recipe has a tag."""

    recipe_id: Mapped[UUID] = reference("recipes.id", primary_key=True, on_delete="cascade")
    tag_id: Mapped[UUID] = reference(Tag, primary_key=True, on_delete="cascade")
    recipe: Mapped[Recipe] = relationship(viewonly=True)
    tag: Mapped[Tag] = relationship(viewonly=True)


class Recipe(Model, Timestamps, Versioned):
    """A dish that somebody shares."""

    slug: Mapped[Annotated[str, Slug()]] = field(unique=True)
    title: Mapped[Annotated[str, Len(1, 120)]] = field(search=True)
    description: Mapped[Annotated[str, Len(0, 2000)]] = field(default="", search=True)
    ingredients: Mapped[Lines]
    directions: Mapped[Lines]
    minutes: Mapped[Annotated[int, Ge(0)] | None]
    servings: Mapped[Annotated[int, Interval(ge=1, le=1000)] | None]
    written_on: Mapped[dt.date] = field(default=today)
    published: Mapped[bool] = field(default=False)
    featured: Mapped[bool] = field(default=False)
    notes: Mapped[Annotated[str, Len(1, 5000)] | None] = field(search=True)
    author_id: Mapped[UUID] = reference(Person, on_delete="cascade", default=actor.id)

    author: Mapped[Person] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary="recipe_tags")
    comments: Mapped[list[Comment]] = relationship(back_populates="recipe")


class Comment(Model, Timestamps):
    """What somebody says about a recipe."""

    recipe_id: Mapped[UUID] = reference(Recipe, on_delete="cascade")
    author_id: Mapped[UUID] = reference(Person, on_delete="cascade", default=actor.id)
    body: Mapped[Annotated[str, Len(1, 2000)]]

    recipe: Mapped[Recipe] = relationship(back_populates="comments")
    author: Mapped[Person] = relationship()


class Rating(Model, Timestamps):
    """How many stars somebody gives a recipe: once, and changed at will."""

    recipe_id: Mapped[UUID] = reference(Recipe, primary_key=True, on_delete="cascade")
    person_id: Mapped[UUID] = reference(Person, primary_key=True, on_delete="cascade", default=actor.id)
    stars: Mapped[Annotated[int, Interval(ge=1, le=5)]]

    recipe: Mapped[Recipe] = relationship()


class Like(Model, Timestamps):
    """That somebody likes a recipe, which is nobody else's business."""

    recipe_id: Mapped[UUID] = reference(Recipe, primary_key=True, on_delete="cascade")
    person_id: Mapped[UUID] = reference(Person, primary_key=True, on_delete="cascade", default=actor.id)

    recipe: Mapped[Recipe] = relationship()
