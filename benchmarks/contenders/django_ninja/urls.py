"""Schemas, views and routes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
from django.db import IntegrityError
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from ninja import Field, NinjaAPI, Query, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from benchmarks.contenders.access import allowed
from benchmarks.contenders.django_rest.models import Comment, Recipe, Tag
from benchmarks.tokens import SECRET


class RecipeAnswer(Schema):
    """A recipe as it is answered."""

    id: UUID
    title: str
    body: str
    published: bool
    servings: int
    author_id: UUID
    created_at: dt.datetime


class Named(Schema):
    """An author or a tag as it is answered."""

    id: UUID
    name: str


class CommentAnswer(Schema):
    """A comment as it is answered."""

    id: UUID
    text: str
    recipe_id: UUID
    author_id: UUID
    created_at: dt.datetime


class WithAuthor(RecipeAnswer):
    """A recipe with its author."""

    author: Named


class WithComments(RecipeAnswer):
    """A recipe with its comments and tags."""

    comments: list[CommentAnswer]
    tags: list[Named]


class One(Schema):
    """One recipe."""

    data: RecipeAnswer


class Meta(Schema):
    """What a page says about itself."""

    limit: int
    next: str | None


class Page(Schema):
    """A page of recipes."""

    data: list[RecipeAnswer]
    meta: Meta


class PageWithAuthors(Page):
    """A page of recipes with their authors."""

    data: list[WithAuthor]


class PageWithComments(Page):
    """A page of recipes with their comments and tags."""

    data: list[WithComments]


class Asked(Schema):
    """The parameters of a list."""

    author_id: UUID | None = None
    published: bool | None = None
    sort: Literal["-created_at"] = "-created_at"
    include: Literal["", "author", "comments,tags"] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class NewRecipe(Schema):
    """What is given of a recipe that is created."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    body: Annotated[str, Field(min_length=1, max_length=20_000)]
    published: bool = False
    servings: Annotated[int, Field(ge=1, le=100)]
    author_id: UUID


class Bearer(HttpBearer):
    """Takes the benchmark's tokens."""

    def authenticate(self, request: Any, token: str) -> UUID | None:
        """Who is calling; nobody where the token is no good."""
        try:
            request.actor = jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]
            return UUID(request.actor)
        except (jwt.InvalidTokenError, KeyError, ValueError):
            return None


class Throttle(BaseThrottle):
    """Counts the calls of each caller."""

    def allow_request(self, request: Any) -> bool:
        """Whether there is one left."""
        return allowed(request.auth)


api = NinjaAPI(openapi_url=None)


def page(asked: Asked, rows: Any) -> dict[str, Any]:
    """A page of the rows."""
    if asked.author_id is not None:
        rows = rows.filter(author_id=asked.author_id)
    if asked.published is not None:
        rows = rows.filter(published=asked.published)
    if asked.include == "author":
        rows = rows.select_related("author")
    elif asked.include:
        comments = Prefetch("comments", Comment.objects.order_by("created_at", "id"))
        rows = rows.prefetch_related(comments, Prefetch("tags", Tag.objects.order_by("name", "id")))
    found = list(rows.order_by("-created_at", "-id")[: asked.limit + 1])
    following = None
    if len(found) > asked.limit:
        found = found[: asked.limit]
        following = f"{found[-1].created_at.isoformat()},{found[-1].id}"
    return {"data": found, "meta": {"limit": asked.limit, "next": following}}


@api.get("/hello")
def hello(request: Any) -> dict[str, str]:
    """The usual greeting."""
    return {"data": "Hello, world"}


@api.get("/recipes/{uuid:id}", response=One)
def one(request: Any, id: UUID) -> Any:
    """One recipe."""
    return {"data": get_object_or_404(Recipe, pk=id)}


@api.get("/recipes", response=Page)
def several(request: Any, asked: Query[Asked]) -> Any:
    """A page of recipes; with related rows its shape is another, which is written out here."""
    found = page(asked, Recipe.objects.all())
    if not asked.include:
        return found
    shape: Any = PageWithAuthors if asked.include == "author" else PageWithComments
    return HttpResponse(shape.model_validate(found).model_dump_json(), content_type="application/json")


@api.post("/recipes", response={201: One})
def create(request: Any, given: NewRecipe) -> Any:
    """A new recipe."""
    try:
        return 201, {"data": Recipe.objects.create(**given.dict())}
    except IntegrityError as error:
        raise HttpError(422, "there is no such author") from error


@api.get("/guarded-recipes", response=Page, auth=Bearer(), throttle=[Throttle()])
def guarded(request: Any, asked: Query[Asked]) -> Any:
    """A page of the recipes that the caller may read."""
    return page(asked, Recipe.objects.filter(Q(published=True) | Q(author_id=request.auth)))


urlpatterns = [path("api/v1/", api.urls)]
