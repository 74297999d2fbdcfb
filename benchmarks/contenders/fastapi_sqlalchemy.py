"""What is written today: FastAPI, SQLAlchemy's asynchronous session, pydantic models for answers.

Better than most are: no middleware made of `BaseHTTPMiddleware`, FastAPI's telemetry off, and what `orm.py` says.
Recipes for everybody have neither limit nor request id nor access line; the guarded ones have them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.contenders import orm
from benchmarks.contenders.access import Access, allowed
from benchmarks.contenders.orm import Recipe
from benchmarks.tokens import SECRET


class RecipeAnswer(BaseModel):
    """A recipe as it is answered."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    body: str
    published: bool
    servings: int
    author_id: UUID
    created_at: dt.datetime


class AuthorAnswer(BaseModel):
    """An author as it is answered."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str


class TagAnswer(BaseModel):
    """A tag as it is answered."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str


class CommentAnswer(BaseModel):
    """A comment as it is answered."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    text: str
    recipe_id: UUID
    author_id: UUID
    created_at: dt.datetime


class WithAuthor(RecipeAnswer):
    """A recipe with its author."""

    author: AuthorAnswer


class WithComments(RecipeAnswer):
    """A recipe with its comments and tags."""

    comments: list[CommentAnswer]
    tags: list[TagAnswer]


class OneAnswer(BaseModel):
    """One recipe."""

    data: RecipeAnswer


class Meta(BaseModel):
    """What a page says about itself."""

    limit: int
    next: str | None


class PageAnswer(BaseModel):
    """A page of recipes."""

    data: list[RecipeAnswer]
    meta: Meta


class PageWithAuthors(BaseModel):
    """A page of recipes with their authors."""

    model_config = ConfigDict(from_attributes=True)

    data: list[WithAuthor]
    meta: Meta


class PageWithComments(BaseModel):
    """A page of recipes with their comments and tags."""

    model_config = ConfigDict(from_attributes=True)

    data: list[WithComments]
    meta: Meta


class Asked(BaseModel):
    """The parameters of a list."""

    model_config = ConfigDict(extra="forbid")

    author_id: UUID | None = None
    published: bool | None = None
    sort: Literal["-created_at", "created_at"] = "-created_at"
    include: Literal["", "author", "comments,tags"] = ""
    limit: Annotated[int, Query(ge=1, le=100)] = 20


async def session() -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with orm.sessions() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


async def page(session: AsyncSession, asked: Asked, *conditions: Any) -> Any:
    """A page of recipes that meet the conditions."""
    rows, following = await orm.page(session, asked, *conditions)
    return {"data": rows, "meta": {"limit": asked.limit, "next": following}}


class NewRecipe(BaseModel):
    """What is given of a recipe that is created."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=120)]
    body: Annotated[str, Field(min_length=1, max_length=20_000)]
    published: bool = False
    servings: Annotated[int, Field(ge=1, le=100)]
    author_id: UUID


no_telemetry: Any = {"tracing": False, "metrics": False, "logs": False}
app = FastAPI(telemetry=no_telemetry)


@app.get("/api/v1/recipes/{id}", response_model=OneAnswer)
async def get(id: UUID, session: Session) -> Any:
    """One recipe."""
    found = await session.get(Recipe, id)
    if found is None:
        raise HTTPException(404)
    return {"data": found}


@app.get("/api/v1/recipes", response_model=PageAnswer)
async def list_(session: Session, asked: Annotated[Asked, Query()]) -> Any:
    """A page of recipes; with related rows its shape is another, which is written out here."""
    found = await page(session, asked)
    if not asked.include:
        return found
    shape: Any = PageWithAuthors if asked.include == "author" else PageWithComments
    return Response(shape.model_validate(found).model_dump_json(), media_type="application/json")


@app.post("/api/v1/recipes", response_model=OneAnswer, status_code=201)
async def create(session: Session, given: NewRecipe) -> Any:
    """A new recipe."""
    made = Recipe(id=orm.new_id(), created_at=dt.datetime.now(dt.UTC), **given.model_dump())
    session.add(made)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(422, "there is no such author") from error
    return {"data": made}


@app.get("/api/v1/hello")
async def hello() -> dict[str, str]:
    """The usual greeting."""
    return {"data": "Hello, world"}


# The list under a policy: token, limit, request id, access line


def actor(request: Request) -> UUID:
    """Who is calling."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme != "Bearer":
            raise HTTPException(401)
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        request.state.actor = claims["sub"]
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise HTTPException(401) from error


async def caller(request: Request) -> UUID:
    """Who is calling, with a call left."""
    who = actor(request)
    if not allowed(who):
        raise HTTPException(429)
    return who


guarded = FastAPI(telemetry=no_telemetry)
guarded.add_middleware(Access)


@guarded.get("/guarded-recipes", response_model=PageAnswer)
async def list_guarded(
    session: Session, who: Annotated[UUID, Depends(caller)], asked: Annotated[Asked, Query()]
) -> Any:
    """A page of the recipes that the caller may read."""
    return await page(session, asked, or_(Recipe.published, Recipe.author_id == who))


app.mount("/api/v1", guarded)
