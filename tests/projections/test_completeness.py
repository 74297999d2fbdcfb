"""How much of a document is described, and that what users write is what describes it."""

from __future__ import annotations

import copy
import json
from typing import Annotated, Any

import pytest
from annotated_types import Len
from pydantic import BaseModel, Field
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from examples.recipes.app import application
from mainstay import Call, Mainstay, Model, Resource, Settings, Timestamps, action, anyone, computed, derived, field
from mainstay.kinds import Email
from mainstay.projections.rest.completeness import completeness

LEAST = 95.0
"""Of a hundred things, how many are described in the examples."""


class Base(Model):
    """Tables of this module alone."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Marked(Base):
    """What has a mark."""

    __abstract__ = True

    mark: Mapped[int] = field(default=0)
    """How good it is."""


class Essay(Marked, Timestamps):
    """A text."""

    title: Mapped[Annotated[str, Len(1, 50)]]
    """What stands
    above it."""
    pages: Mapped[int]
    bare: Mapped[Annotated[str, Len(1, 50)]]


def capitals(title: str) -> str:
    """The title in capitals."""
    return title.upper()


class Suggestion(BaseModel):
    """What somebody would like to read."""

    title: Annotated[str, Len(2, 50), Field(examples=["Emma"])]
    by: Annotated[str, Email(), Field(description="Who asks.")]
    key: Annotated[str, Len(8), Field(json_schema_extra={"format": "password"})]


class Essays(Resource[Essay]):
    """Texts."""

    writable = [Essay.title, Essay.pages, Essay.bare]
    read = create = update = delete = anyone

    sides = computed(Essay.pages * 2)
    """How many sides it has."""
    heading = derived(capitals, Essay.title)
    spoken = derived(capitals, Essay.title)
    """How it is read out."""

    @action(allow=anyone, method="GET")
    async def nearest(
        self, call: Call, to: Annotated[str, Field(description="What is looked for.", examples=["Dune"])]
    ) -> None:
        """The nearest one."""

    @action(allow=anyone)
    async def suggest(self, call: Call, given: Suggestion) -> None:
        """Asks for another one."""


@pytest.fixture(scope="module")
def recipes() -> dict[str, Any]:
    """The document of the recipes example."""
    return json.loads(json.dumps(application("sqlite://").openapi()))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def essays() -> dict[str, Any]:
    """The document of the essays."""
    return Mainstay(resources=[Essays], database="sqlite://", settings=Settings(log="off")).openapi()


@pytest.mark.requirement("A1.34")
def test_the_example_is_described(recipes: dict[str, Any]) -> None:
    found = completeness(recipes)
    assert found.percent >= LEAST
    for sort, (there, every) in found.counts.items():
        assert 100 * there >= LEAST * every, (sort, [thing.place for thing in found.missing if thing.sort == sort])
    assert {thing.place.rpartition(" ")[2] for thing in found.missing} <= {"cursor"}, "a cursor cannot be made up"


def test_the_text_under_an_attribute_describes_its_field(essays: dict[str, Any]) -> None:
    schemas = essays["components"]["schemas"]
    told = {name: one.get("description") for name, one in schemas["Essay"]["properties"].items()}
    assert told == {
        "id": "What it is known by: made by the server unless given, in the order of making. "
        "A UUID such as 019a0b1c-2d3e-7f40-8152-637485960718.",
        "title": "What stands\nabove it.",
        "pages": "A whole number.",
        "bare": None,
        "mark": "How good it is. A whole number.",
        "created_at": "When it was made. A moment with its zone, such as 2026-11-21T18:30:00Z.",
        "updated_at": "When it was last written. A moment with its zone, such as 2026-11-21T18:30:00Z.",
        "sides": "How many sides it has. A whole number.",
        "heading": "The title in capitals.",
        "spoken": "How it is read out.",
    }
    assert schemas["NewEssay"]["properties"]["title"]["description"] == "What stands\nabove it."
    (asked,) = essays["paths"]["/api/v1/essays/nearest"]["get"]["parameters"]
    assert (asked["description"], asked["example"]) == ("What is looked for.", "Dune")


def test_the_members_of_a_body_are_described_as_its_model_says(essays: dict[str, Any]) -> None:
    told = essays["components"]["schemas"]["Suggestion"]["properties"]
    assert told["title"] == {"type": "string", "minLength": 2, "maxLength": 50, "examples": ["Emma"]}
    assert told["by"]["format"] == "email"
    assert told["by"]["description"] == "Who asks. An address such as ada@example.com."
    assert (told["key"]["minLength"], told["key"]["format"]) == (8, "password")


def test_what_nobody_described_is_counted_and_named(essays: dict[str, Any]) -> None:
    found = completeness(essays)
    missing = [thing.place for thing in found.missing if thing.sort == "fields"]
    rows = [f"{name}.bare" for name in ("Essay", "SomeOfEssay", "NewEssay", "WholeEssay", "ChangedEssay")]
    assert sorted(missing) == sorted([*rows, "Suggestion.title", "Suggestion.key"])
    there, every = found.counts["fields"]
    assert every - there == len(missing)


@pytest.mark.parametrize(
    "path,sort",
    [
        (["info", "description"], "application"),
        (["components", "securitySchemes", "actor", "description"], "security schemes"),
        (["components", "schemas", "Recipe", "properties", "title", "description"], "fields"),
        (["paths", "/api/v1/recipes", "get", "description"], "operations"),
        (["paths", "/api/v1/recipes", "get", "parameters", 0, "description"], "parameters"),
        (["paths", "/api/v1/recipes", "get", "parameters", 0, "example"], "examples of parameters"),
        (["components", "headers", "RateLimit", "description"], "headers"),
        (["paths", "/api/v1/recipes", "get", "responses", "400", "description"], "errors"),
        (
            ["paths", "/api/v1/recipes", "get", "responses", "400", "content", "application/json", "examples"],
            "examples of errors",
        ),
        (
            ["paths", "/api/v1/recipes", "get", "responses", "200", "content", "application/json", "example"],
            "examples of answers",
        ),
        (
            ["paths", "/api/v1/recipes", "post", "requestBody", "content", "application/json", "example"],
            "examples of bodies",
        ),
    ],
)
def test_everything_that_can_be_missing_is_noticed(recipes: dict[str, Any], path: list[Any], sort: str) -> None:
    document = copy.deepcopy(recipes)
    holder = document
    for part in path[:-1]:
        holder = holder[part]
    before = completeness(document).counts[sort]
    del holder[path[-1]]
    there, every = completeness(document).counts[sort]
    assert (there, every) == (before[0] - 1, before[1])
