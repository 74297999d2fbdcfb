"""What RETURNING is asked of a row that has just been written."""

from __future__ import annotations

from typing import Annotated

import msgspec
import sqlalchemy as sa
from annotated_types import Len
from sqlalchemy.orm import Mapped

from mainstay import compiler
from mainstay.backing.open import database
from mainstay.declare import Model, Resource, SoftDelete, anyone, field, where
from tests.engine.world import World


class Leaf(Model, SoftDelete):
    """Kept when it is deleted, without a version, under policies that ask whether something is missing."""

    __tablename__ = "returned_leaves"

    name: Mapped[Annotated[str, Len(1, 20)]]
    fate: Mapped[str | None] = field()
    note: Mapped[str | None] = field()


class Leaves(Resource[Leaf]):
    """Leaves."""

    name = "leaves"
    writable = [Leaf.name, Leaf.fate, Leaf.note]
    read = delete = anyone
    create = update = where(Leaf.fate.is_(None))
    read_fields = {Leaf.note: where(Leaf.fate.is_not(None))}


async def test_whether_something_is_missing_is_known_of_a_row_that_is_written(database_url: str) -> None:
    """SQLite 3.40 takes no column for null in the RETURNING of an INSERT or UPDATE."""
    made = compiler.compile([Leaves])
    only = sa.MetaData()
    made.storage.tables["returned_leaves"].to_metadata(only)
    there = World(made, database(database_url))
    await there.engine.open()
    try:
        await there.database.create_missing(only)
        leaf = await there.call("leaves.create", body={"name": "a", "note": "kept to itself"})
        assert leaf.status == 201
        assert not hasattr(leaf.data, "note") or leaf.data.note is msgspec.UNSET
        assert await there.told("leaves.create", body={"name": "b", "fate": "fallen"}) == 403
        assert await there.told("leaves.update", leaf.data.id, body={"fate": "fallen"}) == 403
        assert await there.told("leaves.update", leaf.data.id, body={"name": "c"}) == 200
        assert await there.told("leaves.delete", leaf.data.id) == 204
        assert await there.told("leaves.get", leaf.data.id) == 404
    finally:
        await there.engine.close()
