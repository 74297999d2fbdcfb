"""Models whose annotations are strings, as they are with this import."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Len
from pydantic import Field
from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Numeric, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from mainstay import kinds
from mainstay.declare import Model, SoftDelete, Timestamps, Versioned, field, reference

Title = Annotated[str, Len(1, 120)]
Number = Annotated[int, mapped_column(primary_key=True)]


class Tint(enum.Enum):
    """What colour something has."""

    red = "r"
    blue = "b"


class Slugged:
    """A mixin of the user's own."""

    slug: Mapped[Annotated[str, kinds.Slug(), Len(2, 50)]] = field(unique=True)

    @declared_attr
    def made_by(cls) -> Mapped[str]:  # noqa: N805 - as declared_attr has it
        """What SQLAlchemy makes for each class."""
        return mapped_column(String(33))


class Noted(Model):
    """An abstract model."""

    __abstract__ = True
    __table_args__ = (CheckConstraint("note <> 'no'", name="noted"),)

    note: Mapped[Title | None]


class Postbox(Noted, Slugged, Timestamps, Versioned, SoftDelete):
    """Everything at once, in this order."""

    number: Mapped[Number]
    title: Mapped[Title]
    inline: Mapped[Annotated[str, Len(2, 5)]]
    by_pydantic: Mapped[Annotated[str, Field(max_length=7, pattern="^a")]]
    inside: Mapped[Annotated[str | None, Len(2, 5)]]
    by_field: Mapped[str] = field(length=(3, 9))
    colour: Mapped[Tint] = field(default=Tint.red)
    size: Mapped[Literal["s", "m"]]
    day: Mapped[date | None]
    plain: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal] = mapped_column(Numeric(8, 3))
    at: Mapped[datetime] = mapped_column(DateTime())
    next_id: Mapped[int | None] = reference("postboxes.number", on_delete="set null")
    next: Mapped[Postbox | None] = relationship(remote_side="Postbox.number")
    letters: Mapped[list[Letter]] = relationship(back_populates="box")


class Letter(Model):
    """A class further down."""

    box_number: Mapped[int] = reference(Postbox, on_delete="cascade")
    box: Mapped[Postbox] = relationship(back_populates="letters")


class Stamp(Model):
    """A key of two columns, named in the table's arguments."""

    __tablename__ = "stamp_book"
    __table_args__ = (PrimaryKeyConstraint("country", "value"), {"comment": "stamps"})

    country: Mapped[Annotated[str, Len(2, 2)]]
    value: Mapped[int]


class Glued(Model):
    """A reference of two columns."""

    __table_args__ = (
        ForeignKeyConstraint(["country", "value"], ["stamp_book.country", "stamp_book.value"], ondelete="CASCADE"),
    )

    letter_id: Mapped[UUID] = reference(Letter, primary_key=True)
    country: Mapped[Annotated[str, Len(2, 2)]] = field(primary_key=True)
    value: Mapped[int]
