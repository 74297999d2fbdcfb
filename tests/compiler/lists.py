"""The models that the tests of mistakes in lists declare resources of."""

from __future__ import annotations

import uuid
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from mainstay.declare import Model, field, reference


class Box(Model):
    """Something with things in it."""

    __tablename__ = "list_boxes"

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    colour: Mapped[str] = field(default="red")
    label_id: Mapped[UUID | None] = reference("list_stickers.id")
    label: Mapped[Sticker | None] = relationship()
    things: Mapped[list[Thing]] = relationship()
    lent: Mapped[list[Lent]] = relationship()
    stickers: Mapped[list[Sticker]] = relationship(secondary="list_box_stickers")
    marks: Mapped[list[Mark]] = relationship(secondary="list_box_marks")


class Thing(Model):
    """Something in a box, gone when the box is."""

    __tablename__ = "list_things"
    __table_args__ = (UniqueConstraint("box_id", "number"),)

    box_id: Mapped[UUID] = reference(Box, on_delete="cascade")
    number: Mapped[int]
    weight: Mapped[str]


class Lent(Model):
    """Something that stays when its box goes."""

    __tablename__ = "list_lent"

    box_id: Mapped[UUID | None] = reference(Box, on_delete="set null")


class Sticker(Model):
    """What a box can have on it."""

    __tablename__ = "list_stickers"

    word: Mapped[str] = field(unique=True)
    shade: Mapped[str | None]
    price: Mapped[int]


class BoxSticker(Model):
    """That a box has a sticker."""

    __tablename__ = "list_box_stickers"

    box_id: Mapped[UUID] = reference(Box, primary_key=True, on_delete="cascade")
    sticker_id: Mapped[UUID] = reference(Sticker, primary_key=True, on_delete="cascade")


class Mark(Model):
    """What a box can have on it more than once."""

    __tablename__ = "list_marks"

    word: Mapped[str] = field(unique=True)


class BoxMark(Model):
    """That a box has a mark, perhaps twice."""

    __tablename__ = "list_box_marks"

    id: Mapped[UUID] = field(primary_key=True, default=uuid.uuid4)
    box_id: Mapped[UUID] = reference(Box, on_delete="cascade")
    mark_id: Mapped[UUID] = reference(Mark, on_delete="cascade")
