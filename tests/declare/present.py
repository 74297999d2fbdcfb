"""Models whose annotations are evaluated where they stand."""

from typing import Annotated, Optional
from uuid import UUID

from annotated_types import Ge, Len
from sqlalchemy.orm import Mapped, relationship

from mainstay import kinds
from mainstay.declare import Model, field, reference

Title = Annotated[str, Len(1, 120)]


class Rack(Model):
    """Some tomes."""

    title: Mapped[Title]
    tomes: Mapped[list["Tome"]] = relationship(back_populates="rack")


class Tome(Model):
    """One of them."""

    isbn: Mapped[Annotated[str, kinds.Text(pattern="^[0-9]{13}$")]] = field(primary_key=True)
    title: Mapped[Optional[Title]]  # noqa: UP045 - as people write it
    pages: Mapped[Annotated[int, Ge(1)]]
    rack_id: Mapped[UUID] = reference(Rack)
    rack: Mapped["Rack"] = relationship(back_populates="tomes")
