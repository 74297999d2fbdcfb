"""Litestar with SQLAlchemy's asynchronous session: answers are msgspec's structures, made of the rows of the ORM.

As with FastAPI, recipes for everybody have neither limit nor request id nor access line; the guarded ones have them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
import msgspec
from litestar import Litestar, Request, Router, get, post
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.params import Parameter
from sqlalchemy import or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.contenders import orm, queries
from benchmarks.contenders.access import Access, allowed
from benchmarks.contenders.orm import Recipe
from benchmarks.tokens import SECRET

SHAPES = {"": queries.Recipe, "author": queries.WithAuthor, "comments,tags": queries.WithComments}


class Asked(msgspec.Struct):
    """The parameters of a list."""

    author_id: UUID | None
    published: bool | None
    sort: str
    include: str
    limit: int


async def session() -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with orm.sessions() as opened:
        yield opened


def asked(
    author_id: UUID | None = None,
    published: bool | None = None,
    sort: Literal["-created_at", "created_at"] = "-created_at",
    include: Literal["", "author", "comments,tags"] = "",
    limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
) -> Asked:
    """What a list is asked for."""
    return Asked(author_id, published, sort, include, limit)


def answer(row: Recipe, shape: type[queries.Recipe] = queries.Recipe) -> queries.Recipe:
    """A row as it is answered."""
    return msgspec.convert(row, shape, from_attributes=True)


async def page(session: AsyncSession, asked: Asked, *conditions: Any) -> queries.Page:
    """A page of recipes that meet the conditions."""
    rows, following = await orm.page(session, asked, *conditions)
    shape = SHAPES[asked.include]
    return queries.Page([answer(row, shape) for row in rows], queries.Meta(asked.limit, following))


@get("/api/v1/hello")
async def hello() -> dict[str, str]:
    """The usual greeting."""
    return {"data": "Hello, world"}


@get("/api/v1/recipes/{id:uuid}")
async def one(id: UUID, session: AsyncSession) -> queries.One:
    """One recipe."""
    found = await session.get(Recipe, id)
    if found is None:
        raise HTTPException(status_code=404)
    return queries.One(answer(found))


@get("/api/v1/recipes")
async def several(session: AsyncSession, asked: Asked) -> queries.Page:
    """A page of recipes."""
    return await page(session, asked)


@post("/api/v1/recipes")
async def create(session: AsyncSession, data: queries.NewRecipe) -> queries.One:
    """A new recipe."""
    made = Recipe(id=orm.new_id(), created_at=dt.datetime.now(dt.UTC), **msgspec.structs.asdict(data))
    session.add(made)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(status_code=422, detail="there is no such author") from error
    return queries.One(answer(made))


async def caller(request: Request[Any, Any, Any]) -> UUID:
    """Who is calling, with a call left."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme != "Bearer":
            raise NotAuthorizedException
        subject = jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]
        who = UUID(subject)
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise NotAuthorizedException from error
    request.state.actor = subject
    if not allowed(who):
        raise HTTPException(status_code=429)
    return who


@get("/guarded-recipes")
async def guarded(session: AsyncSession, asked: Asked, caller: UUID) -> queries.Page:
    """A page of the recipes that the caller may read."""
    return await page(session, asked, or_(Recipe.published, Recipe.author_id == caller))


guarding = Router("/api/v1", route_handlers=[guarded], middleware=[Access], dependencies={"caller": Provide(caller)})
app = Litestar(
    [hello, one, several, create, guarding],
    dependencies={"session": Provide(session), "asked": Provide(asked, sync_to_thread=False)},
    openapi_config=None,
    logging_config=None,
)
