"""Rows that are written with other rows: those that they own, and those that they are linked with."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from annotated_types import Ge, Len
from sqlalchemy import CheckConstraint, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, relationship

from mainstay import kinds
from mainstay.declare import (
    Model,
    Resource,
    Timestamps,
    Versioned,
    actor,
    anyone,
    field,
    linked,
    owned,
    owner,
    reference,
    role,
    signed_in,
    through,
    where,
)


class Host(Model):
    """Somebody who cooks."""

    __tablename__ = "meal_hosts"

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)


class Food(Model):
    """Something to eat; some of it is nobody's business but its grower's."""

    __tablename__ = "meal_foods"

    name: Mapped[Annotated[str, Len(1, 40)]]
    public: Mapped[bool] = field(default=True)


class Keyword(Model):
    """A word to find meals by."""

    __tablename__ = "meal_words"

    slug: Mapped[Annotated[str, kinds.Slug(max_length=20)]] = field(unique=True)
    banned: Mapped[bool] = field(default=False)


class MealKeyword(Model):
    """That a meal has a word."""

    __tablename__ = "meal_meal_words"

    meal_id: Mapped[UUID] = reference("meal_meals.id", primary_key=True, on_delete="cascade")
    word_id: Mapped[UUID] = reference(Keyword, primary_key=True, on_delete="cascade")


class Guest(Model):
    """That somebody is invited: the table is exposed, so that each link has its own policies."""

    __tablename__ = "meal_guests"

    meal_id: Mapped[UUID] = reference("meal_meals.id", primary_key=True, on_delete="cascade")
    host_id: Mapped[UUID] = reference(Host, primary_key=True, on_delete="cascade")
    fixed: Mapped[bool] = field(default=False)


class Dinner(Model, Timestamps, Versioned):
    """A meal with what it is made of."""

    __tablename__ = "meal_meals"

    title: Mapped[Annotated[str, Len(1, 80)]]
    public: Mapped[bool] = field(default=False)
    host_id: Mapped[UUID] = reference(Host, on_delete="cascade", default=actor.id)
    variant_of_id: Mapped[UUID | None] = reference("meal_meals.id", on_delete="set null")

    ingredients: Mapped[list[Ingredient]] = relationship()
    courses: Mapped[list[Course]] = relationship()
    words: Mapped[list[Keyword]] = relationship(secondary="meal_meal_words")
    guests: Mapped[list[Host]] = relationship(secondary="meal_guests")


class Ingredient(Model, Versioned):
    """What a meal is made of, in order."""

    __tablename__ = "meal_ingredients"
    __table_args__ = (
        UniqueConstraint("meal_id", "name"),
        CheckConstraint("amount <> 13", name="not_thirteen"),
    )

    meal_id: Mapped[UUID] = reference(Dinner, on_delete="cascade")
    place: Mapped[int]
    name: Mapped[Annotated[str, Len(1, 40)]]
    amount: Mapped[Annotated[int, Ge(1)]] = field(default=1)
    locked: Mapped[bool] = field(default=False)
    note: Mapped[Annotated[str, Len(1, 80)] | None]
    origin: Mapped[Annotated[str, Len(1, 40)] | None]
    food_id: Mapped[UUID | None] = reference(Food)

    meal: Mapped[Dinner] = relationship(viewonly=True)
    swaps: Mapped[list[Swap]] = relationship()


class Swap(Model):
    """What can be taken instead, by a key that the database counts."""

    __tablename__ = "meal_swaps"

    number: Mapped[int] = field(primary_key=True)
    ingredient_id: Mapped[UUID] = reference(Ingredient, on_delete="cascade")
    name: Mapped[Annotated[str, Len(1, 40)]]


class Course(Model):
    """A part of a meal, known by a number that callers choose; courses have courses."""

    __tablename__ = "meal_courses"
    __table_args__ = (UniqueConstraint("meal_id", "number"), UniqueConstraint("within_id", "number"))

    meal_id: Mapped[UUID | None] = reference(Dinner, on_delete="cascade")
    within_id: Mapped[UUID | None] = reference("meal_courses.id", on_delete="cascade")
    number: Mapped[Annotated[int, Ge(1)]]
    name: Mapped[Annotated[str, Len(1, 40)]]
    kind: Mapped[Annotated[str, Len(1, 10)] | None]

    parts: Mapped[list[Course]] = relationship()


class Hosts(Resource[Host]):
    """Everybody."""

    name = "hosts"
    operations = ["list", "get"]
    read = anyone


class Foods(Resource[Food]):
    """What everybody knows of; the rest is seen by growers."""

    name = "foods"
    writable = [Food.name, Food.public]
    read = where(Food.public) | role("grower")
    create = update = delete = role("grower")


class Keywords(Resource[Keyword]):
    """Keywords; banned ones are seen by editors only, and only editors ban."""

    name = "words"
    lookup = Keyword.slug
    writable = [Keyword.slug, Keyword.banned]
    sorts = [Keyword.slug]
    read = where(~Keyword.banned) | role("editor")
    create = signed_in & ~role("muted")
    update = delete = role("editor")
    write_fields = {Keyword.banned: role("editor")}


class Guests(Resource[Guest]):
    """Who is invited; a fixed guest is not sent away."""

    name = "guests"
    operations = ["list", "create", "delete"]
    write_once = [Guest.meal_id, Guest.host_id, Guest.fixed]
    filters = [Guest.meal_id]
    read = owner(Guest.host_id) | where(exists().where(Dinner.id == Guest.meal_id, Dinner.host_id == actor.id))
    create = where(exists().where(Dinner.id == Guest.meal_id, Dinner.host_id == actor.id)) & ~owner(Guest.host_id)
    delete = where(~Guest.fixed)


class Swaps(Resource[Swap]):
    """What can be taken instead; they are written with their ingredient only."""

    name = "swaps"
    operations = ["list", "get"]
    writable = [Swap.name]
    filters = [Swap.ingredient_id]
    read = create = update = delete = anyone


class Ingredients(Resource[Ingredient]):
    """What meals are made of; locked ones stay as they are, those with an origin are seen by their host only."""

    name = "ingredients"
    operations = ["list", "get", "update"]
    writable = [
        *(Ingredient.name, Ingredient.amount, Ingredient.note, Ingredient.food_id),
        owned(Ingredient.swaps, most=5),
    ]
    write_once = [Ingredient.origin]
    filters = [Ingredient.meal_id]
    sorts = [Ingredient.place]
    order = [Ingredient.place]

    read = where(Ingredient.origin.is_(None)) | where(Ingredient.meal.has(Dinner.host_id == actor.id))
    create = where(Ingredient.amount < 100) | role("buyer")
    update = where(~Ingredient.locked)
    delete = where(~Ingredient.locked) | role("editor")
    write_fields = {Ingredient.note: role("editor") | where(Ingredient.amount < 50)}


class Courses(Resource[Course]):
    """The parts of meals, and two levels of parts of those."""

    name = "courses"
    operations = ["list", "get"]
    fields = [Course.id, Course.number, Course.name, Course.kind, Course.meal_id, Course.within_id]
    writable = [Course.name, owned(Course.parts, by=Course.number, depth=2)]
    write_once = [Course.number, Course.kind]
    filters = [Course.meal_id, Course.within_id]
    sorts = [Course.number]

    read = create = update = delete = anyone


class Meals(Resource[Dinner]):
    """Meals with what they are made of, their words and their guests."""

    name = "meals"
    writable = [
        *(Dinner.title, Dinner.public, Dinner.variant_of_id),
        owned(Dinner.ingredients, Ingredients, ordered_by=Ingredient.place, most=20),
        owned(Dinner.courses, by=Course.number, most=20),
        linked(Dinner.words, by=Keyword.slug, create_missing=True),
        linked(Dinner.guests, by=Host.name, name="guest_names"),
    ]
    acyclic = [Dinner.variant_of_id]
    filters = [through(Dinner.words, Keyword.slug)]
    sorts = [Dinner.title]

    read = where(Dinner.public) | owner(Dinner.host_id)
    create = signed_in
    update = delete = owner(Dinner.host_id) | role("editor")


RESOURCES: list[type[Resource[Any]]] = [Hosts, Foods, Keywords, Guests, Swaps, Ingredients, Courses, Meals]
