"""What is stored: people, their recipes, and what others make of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Interval, Len
from pydantic import ConfigDict, RootModel
from sqlalchemy.orm import Mapped, relationship

from mainstay import Account, Model, Timestamps, Versioned, actor, field, reference
from mainstay.clock import now
from mainstay.kinds import Slug


class Lines(RootModel[Annotated[list[Annotated[str, Len(1, 1000)]], Len(1, 100)]]):
    """One line after the other: ingredients, or steps."""

    model_config = ConfigDict(json_schema_extra={"examples": [["200 g flour", "2 eggs"]]})


def today() -> dt.date:
    """The present day, in UTC."""
    return now().date()


class Person(Model, Account, Timestamps):
    """Somebody who shares recipes, or likes those of others, and signs in for it with their address."""

    __tablename__ = "people"

    handle: Mapped[Annotated[str, Slug(max_length=60)]] = field(unique=True)
    """What stands in the path of somebody, and never changes."""
    name: Mapped[Annotated[str, Len(1, 80)]]
    """What somebody wants to be called."""
    about: Mapped[Annotated[str, Len(1, 2000)] | None]
    """What they say of themselves."""


Person.sign_up = (Person.handle, Person.name)
"""What a new account gives besides its address and password."""


class Tag(Model):
    """A word to find recipes by."""

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    """The word itself."""


class RecipeTag(Model):
    """That a recipe has a tag."""

    recipe_id: Mapped[UUID] = reference("recipes.id", primary_key=True, on_delete="cascade")
    """The recipe that has the tag."""
    tag_id: Mapped[UUID] = reference(Tag, primary_key=True, on_delete="cascade")
    """The tag that it has."""
    recipe: Mapped[Recipe] = relationship(viewonly=True)
    tag: Mapped[Tag] = relationship(viewonly=True)


class Recipe(Model, Timestamps, Versioned):
    """A dish that somebody shares."""

    slug: Mapped[Annotated[str, Slug()]] = field(unique=True)
    """What stands in the path of the recipe, and never changes."""
    title: Mapped[Annotated[str, Len(1, 120)]] = field(search=True)
    """What the dish is called."""
    description: Mapped[Annotated[str, Len(0, 2000)]] = field(default="", search=True)
    """A few words on what it is like."""
    ingredients: Mapped[Lines]
    """What goes into it, with amounts, one ingredient a line."""
    directions: Mapped[Lines]
    """How it is made, one step after the other."""
    minutes: Mapped[Annotated[int, Ge(0)] | None]
    """How long it takes; null where its author does not say."""
    servings: Mapped[Annotated[int, Interval(ge=1, le=1000)] | None]
    """How many people it is for; null where its author does not say."""
    written_on: Mapped[dt.date] = field(default=today)
    """The day on which it was first written down; today unless given."""
    published: Mapped[bool] = field(default=False)
    """Whether everybody sees it; a draft is seen by its author and by editors."""
    featured: Mapped[bool] = field(default=False)
    """Whether editors want it on the front page."""
    notes: Mapped[Annotated[str, Len(1, 5000)] | None] = field(search=True)
    """Notes of the author, for nobody else."""
    author_id: Mapped[UUID] = reference(Person, on_delete="cascade", default=actor.id)
    """Who wrote the recipe: whoever creates it."""

    author: Mapped[Person] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary="recipe_tags")
    comments: Mapped[list[Comment]] = relationship(back_populates="recipe")


class Comment(Model, Timestamps):
    """What somebody says about a recipe."""

    recipe_id: Mapped[UUID] = reference(Recipe, on_delete="cascade")
    """The recipe that is commented on."""
    author_id: Mapped[UUID] = reference(Person, on_delete="cascade", default=actor.id)
    """Who wrote the comment: whoever creates it."""
    body: Mapped[Annotated[str, Len(1, 2000)]]
    """What is said."""

    recipe: Mapped[Recipe] = relationship(back_populates="comments")
    author: Mapped[Person] = relationship()


class Rating(Model, Timestamps):
    """How many stars somebody gives a recipe: once, and changed at will."""

    recipe_id: Mapped[UUID] = reference(Recipe, primary_key=True, on_delete="cascade")
    """The recipe that is rated."""
    person_id: Mapped[UUID] = reference(Person, primary_key=True, on_delete="cascade", default=actor.id)
    """Who rates it: whoever creates the rating."""
    stars: Mapped[Annotated[int, Interval(ge=1, le=5)]]
    """From one, which is bad, to five."""

    recipe: Mapped[Recipe] = relationship()


class Like(Model, Timestamps):
    """That somebody likes a recipe, which is nobody else's business."""

    recipe_id: Mapped[UUID] = reference(Recipe, primary_key=True, on_delete="cascade")
    """The recipe that is liked."""
    person_id: Mapped[UUID] = reference(Person, primary_key=True, on_delete="cascade", default=actor.id)
    """Who likes it: whoever creates the like."""

    recipe: Mapped[Recipe] = relationship()
