"""A small application for the tests of REST: one resource, a router of its own, two people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any
from uuid import UUID

import httpx2
from annotated_types import Len
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel
from sqlalchemy import MetaData, insert, select, text
from sqlalchemy.orm import Mapped
from starlette.requests import Request

from mainstay import (
    Actor,
    CurrentActor,
    Mainstay,
    Model,
    RequestId,
    Resource,
    Session,
    Settings,
    Timestamps,
    Versioned,
    anyone,
    field,
    mount,
    owner,
    role,
    signed_in,
    where,
)
from mainstay.declare import actor
from mainstay.errors import RuleBroken, Unauthenticated
from mainstay.events import Event
from mainstay.identity import Credentials

ANNA, BEN = UUID(int=1), UUID(int=2)
ACTORS = {"anna": Actor(ANNA), "ben": Actor(BEN), "chef": Actor(UUID(int=3), roles=frozenset({"chef"}))}
SIGNED_IN = {"Authorization": "Bearer anna"}


class Kitchen(Model):
    """Tables of this application alone: other tests have dishes too."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Meal(Kitchen, Timestamps, Versioned):
    """Something to eat."""

    __tablename__ = "dishes"

    slug: Mapped[Annotated[str, Len(1, 50)]] = field(unique=True)
    title: Mapped[Annotated[str, Len(1, 120)]]
    served: Mapped[bool] = field(default=False)
    cook_id: Mapped[UUID] = field(default=actor.id)


class Dishes(Resource[Meal]):
    """Dishes, those that are served to everybody."""

    lookup = Meal.slug
    writable = [Meal.title, Meal.served]
    write_once = [Meal.slug]
    filters = [Meal.served]
    sorts = [Meal.title]
    read = where(Meal.served) | owner(Meal.cook_id)
    create = signed_in
    update = delete = owner(Meal.cook_id)


class Tokens:
    """Knows people by their first name."""

    scheme = "Bearer"

    async def identify(self, credentials: Credentials) -> Actor:
        """Whose name it is."""
        if credentials.scheme != "bearer" or credentials.value not in ACTORS:
            raise Unauthenticated
        return ACTORS[credentials.value]


class Order(BaseModel):
    """A body of a custom endpoint."""

    table: int
    dishes: list[str]


@contextmanager
def routers() -> Iterator[list[Any]]:
    """Custom routes of several kinds, made anew for each application."""
    open_, closed, chefs = APIRouter(), APIRouter(prefix="/custom"), APIRouter()

    @open_.get("/api/v1/dishes/today")
    async def today(request_id: RequestId) -> dict[str, str]:
        return {"request_id": request_id}

    @closed.get("/me")
    async def me(who: CurrentActor) -> dict[str, str]:
        return {"id": str(who.id)}

    @closed.post("/orders", status_code=201)
    async def order(order: Order, session: Session) -> dict[str, int]:
        for slug in order.dishes:
            await session.execute(insert(Meal).values(slug=slug, title="ordered", served=True, cook_id=ANNA))
        if order.table == 13:
            raise RuleBroken("There is no table 13.")
        if order.table == 14:  # what is written without a dish breaks only when it is committed
            await session.execute(text("PRAGMA defer_foreign_keys = ON"))
            await session.execute(text("INSERT INTO late (parent) VALUES (1)"))
        return {"table": order.table}

    @closed.get("/count")
    async def count(session: Session) -> int:
        return len((await session.execute(select(Meal.id))).all())

    @closed.get("/writing")
    async def writing(session: Session) -> None:
        await session.execute(insert(Meal).values(slug="sly", title="sly", cook_id=ANNA))

    @closed.get("/broken")
    async def broken() -> None:
        raise RuntimeError("SELECT secret FROM safe")

    @closed.get("/gone")
    async def gone() -> None:
        raise HTTPException(410, "It was eaten.", headers={"X-Reason": "hunger"})

    @closed.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @chefs.delete("/stove")
    async def stove() -> str:
        return "off"

    yield [mount(open_, allow=anyone), mount(closed, allow=signed_in), mount(chefs, allow=role("chef"))]


def kitchen(database: str, *, events: list[Event] | None = None, lifespan: Any = None, **settings: Any) -> Mainstay:
    """The application; `settings` stand above those with which tests run."""
    chosen = {"log": "off", "address_limit": None, "user_limit": None, "secret_key": "k" * 32, **settings}
    with routers() as mounts:
        return Mainstay(
            resources=[Dishes],
            routers=mounts,
            identity=Tokens(),
            name="Kitchen",
            version="1.2.3",
            database=database,
            settings=Settings(**chosen),
            listeners=[events.append] if events is not None else (),
            lifespan=lifespan,
        )


@asynccontextmanager
async def open_kitchen(app: Mainstay, **options: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application while it serves, in this process."""
    async with app.router.lifespan_context(app), client(app, **options) as calling:
        yield calling


def client(app: Any, *, address: str = "192.0.2.1", **options: Any) -> httpx2.AsyncClient:
    """A client of an application that is open."""
    transport = httpx2.ASGITransport(app=app, client=(address, 40_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://kitchen.test", **options)


async def cook(calling: httpx2.AsyncClient, slug: str, *, by: str = "anna", served: bool = True) -> httpx2.Response:
    """Creates a dish."""
    body = {"slug": slug, "title": f"A {slug}", "served": served}
    return await calling.post("/api/v1/dishes", json=body, headers={"Authorization": f"Bearer {by}"})


def names(headers: Sequence[tuple[str, str]]) -> list[str]:
    """Names of headers, each as often as it is there."""
    return [name.lower() for name, _ in headers]
