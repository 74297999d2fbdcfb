"""FastAPI as an expert tunes it: the raw driver, answers encoded by msgspec, no ORM and no answer models.

Parameters and bodies are FastAPI's to validate, as that is what one has it for; the token is verified once and then
remembered; what it queries is in `queries.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from benchmarks.contenders import queries
from benchmarks.contenders.access import Access, allowed
from benchmarks.tokens import Verifier, WrongToken

verifier = Verifier()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Opens the database."""
    await queries.connect()
    yield


class Asked(BaseModel):
    """The parameters of a list."""

    model_config = ConfigDict(extra="forbid")

    author_id: UUID
    published: bool
    sort: Literal["-created_at"] = "-created_at"
    include: Literal["", "author", "comments,tags"] = ""
    limit: Annotated[int, Query(ge=1, le=100)] = 20


class NewRecipe(BaseModel):
    """What is given of a recipe that is created."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=120)]
    body: Annotated[str, Field(min_length=1, max_length=20_000)]
    published: bool = False
    servings: Annotated[int, Field(ge=1, le=100)]
    author_id: UUID


def json(body: bytes, status: int = 200) -> Response:
    """An answer whose body is encoded already."""
    return Response(body, status, media_type="application/json")


no_telemetry: Any = {"tracing": False, "metrics": False, "logs": False}
app = FastAPI(lifespan=lifespan, telemetry=no_telemetry)


@app.get("/api/v1/hello")
async def hello() -> Response:
    """The usual greeting."""
    return json(queries.encode({"data": "Hello, world"}))


@app.get("/api/v1/recipes/{id}")
async def get(id: UUID) -> Response:
    """One recipe."""
    found = await queries.one(str(id))
    if found is None:
        raise HTTPException(404)
    return json(found)


async def page(asked: Asked, who: UUID | None) -> Response:
    """A page of recipes."""
    author = queries.identifier(str(asked.author_id))
    actor = None if who is None else str(who)
    return json(await queries.page(author, asked.published, asked.include, asked.limit, actor))


@app.get("/api/v1/recipes")
async def list_(asked: Annotated[Asked, Query()]) -> Response:
    """A page of recipes."""
    return await page(asked, None)


@app.post("/api/v1/recipes")
async def create(given: NewRecipe) -> Response:
    """A new recipe."""
    try:
        return json(await queries.create(given), 201)
    except queries.Unknown as error:
        raise HTTPException(422, "there is no such author") from error


async def caller(request: Request) -> UUID:
    """Who is calling, with a call left."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme != "Bearer":
            raise HTTPException(401)
        request.state.actor = verifier.claims(token).sub
    except WrongToken as error:
        raise HTTPException(401) from error
    if not allowed(request.state.actor):
        raise HTTPException(429)
    return UUID(request.state.actor)


guarded = FastAPI(telemetry=no_telemetry)
guarded.add_middleware(Access)


@guarded.get("/guarded-recipes")
async def list_guarded(who: Annotated[UUID, Depends(caller)], asked: Annotated[Asked, Query()]) -> Response:
    """A page of the recipes that the caller may read."""
    return await page(asked, who)


app.mount("/api/v1", guarded)
