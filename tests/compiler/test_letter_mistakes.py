"""Every mistake in what is said of the wire is told with its file and line, what is wrong, what to do."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from unittest.mock import ANY

import pytest
from sqlalchemy import exists, func
from sqlalchemy.orm import Mapped

from mainstay import kinds
from mainstay.declare import Model, Resource, Wire, anyone, descending, field, given, listing, parameter, route, where
from tests.compiler.models import Cook, Dish, Remark
from tests.compiler.test_mistakes import problems, the as the_one

the = partial(the_one, file=__file__)


class Dishes(Resource[Dish]):
    """Anything."""

    operations = ["list", "get"]
    filters = [Dish.title]
    read = anyone


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"one": {"data": "{rows}"}}, "names {rows}, which has no value", "did you mean row?"),
    ({"many": {"data": "{rows}", "sum": "{totals}"}}, "names {totals}, which has no value", "did you mean total?"),
    ({"body": {"data": "x"}}, "Wire(body=..) has no {body}", 'write "{body}"'),
    ({"errors": {"what": "{messages}"}}, "names {messages}, which has no value", "did you mean message?"),
    ({"one": {"row": "{row}", "at": {1, 2}}}, "Wire(one=..) is not JSON", "write JSON's own types"),
    ({"pages": "offsets"}, "Wire(pages='offsets') is no way of paging", "did you mean offset?"),
    ({"case": "kebab"}, "Wire(case='kebab') is no case", "there is camel, snake"),
    ({"scheme": "Token "}, "Wire(scheme='Token ') is no scheme", "write one word"),
    ({"statuses": {"VALIDATION": 422}}, "names VALIDATION, which is no error's code", "did you mean VALIDATION_ERROR?"),
    ({"statuses": {"NOT_FOUND": 200}}, "says 200 for NOT_FOUND", "write a status from 400 to 599"),
    ({"parameters": {"limits": "x"}}, "names limits, which no list has", "did you mean limit?"),
    ({"parameters": {"limit": "per page"}}, "calls limit 'per page'", "use letters, digits, _ and -"),
]


@pytest.mark.parametrize("said, what, do", MISTAKES, ids=str)
def test_what_the_application_says_wrong(said: dict[str, Any], what: str, do: str) -> None:
    wire = Wire(**said)  # here it is written
    the(problems(Dishes, wire=wire), "# here it is written", what=what, do=do)


def test_a_name_of_what_is_not_exposed() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        names = {Cook.name: "chef"}

    the(problems(Recipes), "names = {", what="Recipes.names renames name, which is not exposed", do="there is")


def test_a_name_that_cannot_stand_in_a_query() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        names = {Dish.title: "the title"}

    the(problems(Recipes), "names = {", what="calls title 'the title', which cannot stand", do="use letters")


def test_a_name_that_another_field_has() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        names = {Dish.title: "id"}

    the(problems(Recipes), "names = {", what="has two things that callers call id", do="give one of them another")


def test_a_resource_that_says_what_is_the_same_for_all() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        wire = Wire(scheme="Token", case="camel")

    the(problems(Recipes), "wire = Wire", what="Recipes.wire says scheme, case", do="write it in Mainstay(wire=Wire")


def test_a_parameter_that_a_filter_is_called_like() -> None:
    wire = Wire(parameters={"limit": "title"})
    the(
        problems(Dishes, wire=wire),
        "filters = [",
        what="dishes.list has two parameters called title",
        do="another name",
    )


def test_a_secret_is_one_under_any_name() -> None:
    class Cooks(Resource[Cook]):
        operations = ["list"]
        read = anyone
        names = {Cook.api_key: "extra"}

    the(problems(Cooks), "class Cooks", what="Cooks would answer Cook.api_key", do="write hidden = [Cook.api_key]")


ROUTES: list[tuple[str, Any, str, str]] = [
    ("lists", route("GET"), "names 'lists', which is none of its operations", "did you mean list?"),
    ("get", "GET", "says 'GET' for get", 'write route("PUT", ..)'),
    ("list", route("POST"), "dishes.list cannot have the method POST", "use GET"),
    ("get", route(status=204), "dishes.get cannot be done with 204", "use 200"),
    ("get", route(path="/dish"), "dishes.get has other parameters than the path /dish", "let it have /{id}"),
    ("get", route(path="dish/{id}"), "dishes.get cannot have the path 'dish/{id}'", "write it as /recipes/{id}"),
    ("get", route(path="/dishes/../{id}/"), "dishes.get cannot have the path", "write it as /recipes/{id}"),
    ("list", route(path="/dishes/{id}"), "dishes.list has other parameters", "let it have no parameter"),
]


@pytest.mark.parametrize("name, given, what, do", ROUTES, ids=str)
def test_a_route_that_an_operation_cannot_have(name: str, given: Any, what: str, do: str) -> None:
    class Recipes(Resource[Dish]):
        operations = ["list", "get"]
        read = anyone
        routes = {name: given}

    the(problems(Recipes), "routes = {name: given}", what=what, do=do)


def test_a_route_that_another_operation_has() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list", "get", "update"]
        writable = [Dish.title]
        read = update = anyone
        routes = {"update": route("POST", "/dishes/{id}"), "get": route(path="/dish/{id}")}

    class Menu(Resource[Dish]):
        name = "menu"
        operations = ["get"]
        read = anyone
        routes = {"get": route(path="/dish/{id}")}

    the(problems(Recipes, Menu), "class Menu", what="GET /api/v1/dish/{id} is both dishes.get and menu.get", do="path")


def test_what_a_list_cannot_leave_out() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        list_hidden = [Cook.name]

    the(problems(Recipes), "list_hidden = [", what="Recipes.list_hidden names Cook.name", do="there is author_id")


class Page(Model):
    """Slugs that cannot be made."""

    title: Mapped[str]
    views: Mapped[int]
    of_nothing: Mapped[Annotated[str, kinds.Slug()]] = field(unique=True, slug_of="titel")
    of_a_number: Mapped[Annotated[str, kinds.Slug()]] = field(unique=True, slug_of="views")
    shared: Mapped[Annotated[str, kinds.Slug()]] = field(slug_of="title")
    a_text: Mapped[str] = field(unique=True, slug_of="title")


def test_a_slug_that_cannot_be_made() -> None:
    class Pages(Resource[Page]):
        operations = ["list"]
        read = anyone

    told = [(problem.what, problem.do) for problem in problems(Pages)]
    assert told == [
        ("Page.of_nothing is made of titel, which is no text of the same model", "did you mean title?"),
        ("Page.of_a_number is made of views, which is no text of the same model", ANY),
        ("Page.shared is made of title, and is not a slug that is unique by itself", ANY),
        ("Page.a_text is made of title, and is not a slug that is unique by itself", ANY),
    ]


LISTINGS: list[tuple[str, Any, str, str]] = [
    ("feed", listing("feed"), "Recipes.feed has the path 'feed'", "write it as /feed"),
    ("get", listing("/feed"), "Recipes.get is a listing and an operation", "give the listing another name"),
    ("feed", listing("/feed", allow=True), "Recipes.feed is True, which is not a policy", "write feed ="),  # type: ignore[arg-type]
    ("feed", listing("/feed", where=func.lower(Dish.title) == "x"), "a policy cannot say this", "opaque"),
    ("feed", listing("/feed", order=[Cook.name]), "order names name, which is not a field of Dish", "there is"),
]


@pytest.mark.parametrize("name, given, what, do", LISTINGS, ids=[what for _, _, what, _ in LISTINGS])
def test_a_listing_that_cannot_be(name: str, given: Any, what: str, do: str) -> None:
    Recipes = type("Recipes", (Dishes,), {name: given, "__module__": __name__, "operations": ["list"]})
    found = problems(Recipes)
    assert len(found) == 1, "\n".join(map(str, found))
    assert what in found[0].what
    assert do in found[0].do


def test_a_listing_sorted_by_what_cannot_be_read() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        hidden = [Dish.rating]
        best = listing("/best", order=[descending(Dish.rating)])

    the(problems(Recipes), "class Recipes", what="Recipes.order names rating, which callers cannot read", do="drop it")


PARAMETERS: list[tuple[str, str]] = [
    ("the author", "use letters, digits, _ and -"),
    ("cursor", "every list has a parameter of that name"),
]


@pytest.mark.parametrize("name, do", PARAMETERS)
def test_a_parameter_that_cannot_stand_in_a_query(name: str, do: str) -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        filters = [parameter(name, Dish.title)]

    the(problems(Recipes), "filters = [", what=f"has the parameter {name!r}, which cannot stand in a query", do=do)


CONDITIONS: list[tuple[Any, str, str]] = [
    (Dish.rating > 3, "does not compare `given` with columns of one kind", "compare it with a column"),
    ((Dish.title == given) & (Dish.rating == given), "does not compare `given` with columns of one kind", "compare"),
    (func.lower(Dish.title) == given, "cannot say this", "write what has a node"),
    (exists().where(Remark.recipe_id == Dish.id, Remark.text == given), "which no resource exposes", "all_rows"),
]


@pytest.mark.parametrize("condition, what, do", CONDITIONS, ids=["constant", "kinds", "node", "exposed"])
def test_a_condition_that_a_parameter_cannot_be(condition: Any, what: str, do: str) -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        filters = [parameter("good", condition)]

    the(problems(Recipes), "filters = [", what=what, do=do)


def test_a_condition_over_what_callers_cannot_read() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        hidden = [Dish.rating]
        filters = [parameter("good", (Dish.title == given) & (Dish.rating > 3))]

    the(problems(Recipes), "filters = [", what="looks at rating, which callers cannot read", do="expose it")


def test_what_is_given_has_no_place_in_a_policy() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = where(Dish.title == given)

    the(problems(Recipes), "read = where", what="given is what the caller gives for a parameter", do="write it in")
