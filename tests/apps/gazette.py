"""An API that somebody else has specified: names, envelopes, errors, statuses, scheme and pages are theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import httpx2
from annotated_types import Ge, Len
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import exists
from sqlalchemy.orm import Mapped, aliased, relationship

from mainstay import Actor, Mainstay, Settings, kinds
from mainstay.declare import (
    Model,
    Resource,
    Timestamps,
    Wire,
    actor,
    anyone,
    computed,
    descending,
    field,
    given,
    listing,
    mount,
    owner,
    parameter,
    reference,
    route,
    signed_in,
    through,
    unindexed,
    where,
)
from tests.apps.identity import TokenIdentity


class Reporter(Model):
    """Who writes."""

    full_name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    home_town: Mapped[Annotated[str, Len(1, 40)] | None]


class NewsStory(Model, Timestamps):
    """What is written."""

    head_line: Mapped[Annotated[str, Len(1, 80)]]
    slug: Mapped[Annotated[str, kinds.Slug()]] = field(unique=True, slug_of="head_line", follow=True)
    body: Mapped[str]
    word_count: Mapped[Annotated[int, Ge(0)]] = field(default=0)
    printed: Mapped[bool] = field(default=True)
    reporter_id: Mapped[UUID] = reference(Reporter, default=actor.id)
    reporter: Mapped[Reporter] = relationship()


class Following(Model):
    """That somebody reads what a reporter writes."""

    reader_id: Mapped[UUID] = reference(Reporter, primary_key=True, default=actor.id)
    reporter_id: Mapped[UUID] = reference(Reporter, primary_key=True)


class Notice(Model):
    """What hangs on the board, under an address that stays."""

    text: Mapped[Annotated[str, Len(0, 200)] | None]
    slug: Mapped[Annotated[str, kinds.Slug(max_length=20)]] = field(unique=True, slug_of="text")


class Notices(Resource[Notice]):
    """For everybody."""

    lookup = Notice.slug
    writable = [Notice.text, Notice.slug]
    read = create = update = delete = anyone


Reader = aliased(Reporter, name="reader")


class Followings(Resource[Following]):
    """Who follows whom, as far as one is either."""

    operations = ["list", "create", "delete"]
    write_once = [Following.reporter_id]
    read = create = delete = owner(Following.reader_id) | owner(Following.reporter_id)


class Reporters(Resource[Reporter]):
    """Everybody who writes; paged by number."""

    wire = Wire(many={"{many}": "{rows}", "pageNumber": "{page}", "of": "{total}"}, pages="page")
    writable = [Reporter.full_name, Reporter.home_town]
    filters = [Reporter.home_town]
    sorts = [Reporter.full_name]
    read = anyone
    create = update = delete = signed_in


class Stories(Resource[NewsStory]):
    """Printed stories and one's own, newest first."""

    name = "stories"
    title = "NewsItem"
    lookup = NewsStory.slug
    operations = ["list", "get", "create", "update", "delete"]
    routes = {
        "create": route(status=200),
        "update": route("PUT", "/story/{slug}"),
        "delete": route("POST", "/stories/{slug}/withdraw", 200),
    }
    is_long = computed(NewsStory.word_count > 2)
    list_hidden = [NewsStory.body, is_long]
    writable = [NewsStory.head_line, NewsStory.body, NewsStory.word_count, NewsStory.printed]
    filters = [
        *(NewsStory.word_count, NewsStory.reporter_id, through(NewsStory.reporter, Reporter.full_name)),
        parameter("by", through(NewsStory.reporter, Reporter.full_name)),
        parameter("words_written", NewsStory.word_count),
        parameter(
            "readBy",
            exists().where(
                Following.reporter_id == NewsStory.reporter_id,
                Following.reader_id == Reader.id,
                Reader.full_name == given,
            ),
        ),
        parameter(
            "liked_by",
            exists().where(
                Following.reporter_id == NewsStory.reporter_id,
                Following.reader_id == Reader.id,
                Reader.full_name == given,
                NewsStory.word_count > 2,
            ),
            all_rows="what somebody likes is no secret",
        ),
        unindexed(NewsStory.head_line, "few stories"),
    ]
    sorts = [NewsStory.head_line, NewsStory.created_at]
    order = [descending(NewsStory.created_at)]
    includes = [NewsStory.reporter]
    names = {NewsStory.body: "text", NewsStory.reporter: "writer"}
    read = where(NewsStory.printed) | owner(NewsStory.reporter_id)
    create = signed_in
    update = delete = owner(NewsStory.reporter_id)
    feed = listing(
        "/feed",
        where=exists().where(Following.reporter_id == NewsStory.reporter_id, Following.reader_id == actor.id),
        allow=signed_in,
        description="What those write whom one follows.",
    )
    longest = listing("/longest", order=[descending(NewsStory.word_count), NewsStory.head_line])
    drafts = listing("/drafts", where=~where(NewsStory.printed))


RESOURCES: list[type[Resource[Any]]] = [Reporters, Stories, Followings, Notices]

WIRE = Wire(
    scheme="Token",
    case="camel",
    pages="offset",
    one={"{one}": "{row}"},
    many={"{many}": "{rows}", "{many}Count": "{total}"},
    body={"{one}": "{body}"},
    errors={"errors": {"{field}": ["{detail}"]}, "status": "{status}"},
    general="body",
    statuses={"VALIDATION_ERROR": 422, "CONFLICT": 422},
    parameters={"limit": "perPage", "fields": None},
)

ACTORS = {"anna": Actor(UUID(int=1)), "bert": Actor(UUID(int=2))}

router = APIRouter()


class Weather(BaseModel):
    """What it is like outside."""

    degrees: int


@router.post("/api/weather", status_code=201)
async def report(weather: Weather) -> Weather:
    """Takes a report of the weather."""
    return weather


def application(database: str) -> Mainstay:
    """The gazette on a database."""
    return Mainstay(
        name="Gazette",
        prefix="/api",
        resources=RESOURCES,
        routers=[mount(router, allow=signed_in)],
        wire=WIRE,
        identity=TokenIdentity(ACTORS),
        settings=Settings(log="off", address_limit=None, user_limit=None, create_tables=True),
        database=database,
    )


@asynccontextmanager
async def calling(app: Mainstay) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application while it serves in this process."""
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://gazette.test") as client,
    ):
        yield client
