"""The backend that is killed: whoever calls leaves a mark."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len
from sqlalchemy.orm import Mapped

from mainstay import Mainstay
from mainstay.declare import Model, Resource, anyone


class Mark(Model):
    """A row that one client made."""

    text: Mapped[Annotated[str, Len(1, 500)]]


class Marks(Resource[Mark]):
    """Marks, never changed."""

    operations = ["list", "get", "create"]
    writable = [Mark.text]
    read = create = anyone


app = Mainstay(resources=[Marks])
