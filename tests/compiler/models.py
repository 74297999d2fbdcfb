"""The models that the tests of mistakes declare resources of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Len
from sqlalchemy import LargeBinary, Numeric
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from mainstay import kinds
from mainstay.declare import Model, actor, field, reference


class Cook(Model):
    """Somebody."""

    name: Mapped[Annotated[str, Len(1, 50)]]
    api_key: Mapped[str]


class Dish(Model):
    """A dish."""

    title: Mapped[Annotated[str, Len(1, 120)]]
    slug: Mapped[Annotated[str, kinds.Slug()]] = field(unique=True)
    published: Mapped[bool] = field(default=False)
    pin: Mapped[Annotated[str, kinds.Secret()]] = field(default="x")
    created_at: Mapped[dt.datetime]
    rating: Mapped[int | None]
    author_id: Mapped[UUID] = reference(Cook, default=actor.id)
    author: Mapped[Cook] = relationship()
    comments: Mapped[list[Remark]] = relationship(back_populates="recipe")


class Remark(Model):
    """What somebody says of a dish."""

    text: Mapped[str]
    recipe_id: Mapped[UUID] = reference(Dish)
    recipe: Mapped[Dish] = relationship(back_populates="comments")


class Impossible(Model):
    """Types that no kind has."""

    extra: Mapped[dict[str, Any]]
    flag: Mapped[Annotated[bool, Len(1, 2)]]
    blob: Mapped[bytes | None] = mapped_column(LargeBinary)


class Base(DeclarativeBase):
    """Somebody else's."""


class Price(Base):
    """A price as a binary float on SQLite."""

    __tablename__ = "prices"
    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(10, 2))
