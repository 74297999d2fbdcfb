"""Rows that everybody may read are counted in a computed field, and listed by themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, func, select
from sqlalchemy.orm import Mapped

from mainstay import Mainstay, Model, Resource, Settings, anyone, computed, reference
from mainstay.engine import Call


class Base(Model):
    """Tables of this application alone."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Shelf(Base):
    """Where books stand."""

    __tablename__ = "shelves"

    name: Mapped[str]


class Volume(Base):
    """A book."""

    shelf_id: Mapped[UUID] = reference(Shelf)


class Shelves(Resource[Shelf]):
    """Shelves, with how many books stand there."""

    writable = [Shelf.name]
    read = create = update = delete = anyone
    volumes = computed(select(func.count()).where(Volume.shelf_id == Shelf.id))


class Volumes(Resource[Volume]):
    """Books."""

    writable = [Volume.shelf_id]
    read = create = update = delete = anyone


async def test_rows_that_everybody_reads_are_counted_and_listed(database_url: str) -> None:
    app = Mainstay(resources=[Shelves, Volumes], database=database_url, settings=Settings(log="off"))
    async with app.router.lifespan_context(app):

        async def call(name: str, body: dict[str, str] | None = None) -> Any:
            return (await app.engine.execute(Call(app.application.operation(name), body=body))).data

        shelf = await call("shelves.create", {"name": "A"})
        await call("volumes.create", {"shelf_id": str(shelf.id)})
        assert len(await call("volumes.list")) == 1
        assert [row.volumes for row in await call("shelves.list")] == [1]
