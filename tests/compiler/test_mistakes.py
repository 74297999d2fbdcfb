"""Every mistake is told with its file and line, what is wrong, the nearest name, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, WebSocket
from sqlalchemy import MetaData, exists, func, select
from sqlalchemy.orm import Mapped, aliased

from mainstay import compiler
from mainstay.compiler import DeclarationErrors, Problem
from mainstay.declare import (
    Model,
    Resource,
    actor,
    anyone,
    include,
    mount,
    opaque,
    owner,
    role,
    signed_in,
    through,
    together,
    values,
    via,
    where,
)
from tests.compiler import models
from tests.compiler.models import Cook, Dish, Impossible, Price, Remark

Other = aliased(Dish)


class Users(Resource[Cook]):
    """Somebody."""

    hidden = [Cook.api_key]
    operations = ["list", "get"]
    read = anyone


def problems(*resources: Any, **more: Any) -> list[Problem]:
    """What is wrong with an application of these resources."""
    with pytest.raises(DeclarationErrors) as caught:
        compiler.compile(resources, **more)
    return list(caught.value.problems)


def the(found: Sequence[Problem], at: str, *, what: str, do: str, file: str = __file__) -> None:
    """There is one problem: on the line of `file` that has the text `at`, in these words."""
    lines = Path(file).read_text().splitlines()
    assert len(found) == 1, "\n".join(map(str, found))
    (problem,) = found
    assert problem.place.file == file
    assert at in lines[problem.place.line - 1], f"{problem.place}: {lines[problem.place.line - 1]}"
    assert what in problem.what, problem.what
    assert do in problem.do, problem.do


def test_a_field_that_is_written_as_a_string() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        sorts = [
            Dish.title,
            "created_a",  # type: ignore[list-item]
        ]

    the(
        problems(Recipes),
        '"created_a",',
        what="Recipes.sorts names 'created_a', a string",
        do="write Dish.created_at",
    )


def test_a_field_of_another_model() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        filters = [Remark.text]  # of comments

    found = problems(Recipes)
    the(found, "# of comments", what="Remark.text, which is not a field of Dish", do="there is author_id")
    assert "through(..)" in found[0].do


def test_a_field_of_the_same_name_of_another_model() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        writable = [Remark.id]  # same name

    the(problems(Recipes), "# same name", what="names Remark.id", do="write Dish.id")


def test_a_relation_where_a_column_belongs() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        sorts = [Dish.author]  # relation

    the(problems(Recipes, Users), "# relation", what="Dish.author, which is a relation", do="name a column")


def test_an_attribute_that_a_resource_does_not_have() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        filter = [Dish.title]

    the(problems(Recipes), "filter = ", what="Recipes says filter", do="did you mean filters?")


def test_a_list_that_is_none() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        sorts = Dish.title  # type: ignore[assignment]

    the(problems(Recipes), "sorts = ", what="Recipes.sorts is not a list", do="write sorts = [..]")


def test_an_unknown_operation() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list", "udpate"]  # type: ignore[list-item]
        read = anyone

    the(problems(Recipes), '"udpate"', what="names 'udpate', which is no operation", do="did you mean update?")


def test_a_filter_by_what_has_no_operators() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        filters = [Dish.pin]

    found = problems(Recipes)
    the(found, "filters = ", what="pin, of kind secret, by which nothing can be filtered", do="drop it")


def test_a_sort_by_what_has_no_order() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        sorts = [Dish.author_id]

    the(problems(Recipes), "sorts = ", what="author_id, of kind reference, which has no order", do="drop it")


def test_a_secret_that_would_be_answered() -> None:
    class People(Resource[Cook]):
        operations = ["list"]
        read = anyone

    the(problems(People), "class People", what="would answer Cook.api_key", do="write hidden = [Cook.api_key]")


@pytest.mark.parametrize("name", ["password_hash", "accessToken", "reset_token", "PIN", "client_secret", "apiKey"])
def test_what_is_called_like_a_secret(name: str) -> None:
    from mainstay.compiler.verify.secrets_are_not_readable import CAPITAL, SECRET

    assert SECRET.search(CAPITAL.sub("_", name).lower())
    assert not any(SECRET.search(word) for word in ("token_count", "pinned", "spin", "title", "opinion"))


def test_a_sort_by_what_nobody_can_read() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        hidden = [Dish.rating]
        order = [Dish.rating]  # hidden

    the(problems(Recipes), "# hidden", what="Recipes.order names rating, which callers cannot read", do="expose it")


@pytest.mark.requirement("A3.20")
def test_a_default_order_by_what_not_everybody_can_read() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        read_fields = {Dish.rating: role("editor")}
        order = [Dish.rating]  # guarded

    the(problems(Recipes), "# guarded", what="Recipes.order names rating, which callers cannot read", do="expose it")


@pytest.mark.requirement("A3.02")
def test_a_missing_policy() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list", "delete"]
        read = anyone

    the(
        problems(Recipes),
        "class Recipes",
        what="has no policy 'delete', which delete needs",
        do="write delete = where(..)",
    )


@pytest.mark.requirement("A3.02")
def test_the_guard_of_rows_is_needed_by_writes_alone_too() -> None:
    class Recipes(Resource[Dish]):
        operations = ["delete"]
        delete = signed_in

    the(problems(Recipes), "class Recipes", what="no policy 'read', which guards every path", do="write read = ")


def test_a_policy_that_is_none() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = Dish.published  # type: ignore[assignment]

    the(
        problems(Recipes),
        "read = ",
        what="Recipes.read is Dish.published, which is not a policy",
        do="write read = where(",
    )


def test_a_policy_combined_with_what_is_none() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = signed_in & Dish.published  # type: ignore[operator]

    the(
        problems(Recipes),
        "read = ",
        what="combined with Dish.published, which is none",
        do="write where(Dish.published)",
    )


def test_policies_are_not_combined_with_or() -> None:
    for combine in (lambda: signed_in or anyone, lambda: signed_in and anyone, lambda: not signed_in):
        with pytest.raises(TypeError, match=r"\|, & and ~"):
            combine()


@pytest.mark.parametrize(
    "policy, what, do",
    [
        (
            lambda: where(func.lower(Dish.title) == "a"),
            "Function (lower(dishes.title)) has no node",
            "opaque(expression",
        ),
        (lambda: where(Dish.title.like("a%")), "LIKE", "opaque(expression"),
        (lambda: where(Dish.title), "is a value, not a truth", "compare it"),  # type: ignore[arg-type]
        (
            lambda: where(Cook.name == "x"),
            "cooks.name is a column of a table that is not in scope",
            "exists().where(cooks",
        ),
        (lambda: where(Dish.author_id.in_(select(Cook.id))), "IN ", "exists().where"),
        (lambda: where(exists().where(Dish.id == Dish.author_id)), "looks through no table", "aliased(Model)"),
        (
            lambda: where(exists(select(Remark).outerjoin(Other, Other.id == Remark.recipe_id))),
            "outer join",
            "exists",
        ),
        (lambda: where(select(Remark.id).where(Remark.recipe_id == Dish.id).limit(1).exists()), "limits", "opaque"),
        (lambda: opaque(Dish.author_id == actor.id, "why"), "about the actor", "where(..)"),
        (lambda: opaque(Dish.published.is_(True), " "), "has no reason", "say why"),
    ],
)
def test_a_policy_outside_the_closed_set(policy: Any, what: str, do: str) -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = policy() | role("admin")  # here

    the(problems(Recipes), "# here", what=what, do=do)


def test_a_filter_and_a_sort_without_their_index() -> None:
    class Comments(Resource[Remark]):
        operations = ["list"]
        read = owner(Remark.recipe_id)
        filters = [Remark.text]
        sorts = [Remark.text]

    found = problems(Comments, Users, declare_indexes=False, database="postgresql")
    own = [problem for problem in found if problem.place.file == __file__]
    told = {Path(__file__).read_text().splitlines()[problem.place.line - 1].split()[0] for problem in own}
    assert told == {"read", "sorts"}  # the filter's index is the sort's
    assert any(
        "remarks has no index for sort=text" in problem.what
        and "run CREATE INDEX ix_remarks_text_id ON remarks (text, id)" in problem.do
        for problem in own
    )


def test_names_and_paths_twice() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone

    class Again(Resource[Dish]):
        operations = ["list"]
        read = anyone

    class Elsewhere(Resource[Dish]):
        name = "elsewhere"
        path = "/dishes"
        operations = ["list"]
        read = anyone

    the(problems(Recipes, Again), "class Again", what="two resources are called dishes", do="give Again a name")
    the(problems(Recipes, Elsewhere), "class Elsewhere", what="GET /api/v1/dishes is both", do="path = ..")


def test_a_lookup_that_two_rows_could_share() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        lookup = Dish.title

    the(problems(Recipes), "lookup = ", what="lookup is title, which two rows could share", do="unique=True")


def test_impossible_types() -> None:
    class Things(Resource[Impossible]):
        operations = ["list"]
        read = anyone

    found = sorted(problems(Things), key=lambda problem: problem.place)
    assert [problem.place.file for problem in found] == [models.__file__] * 3
    the(found[:1], "extra:", what="no kind of field is dict", do="hidden = [Impossible.extra]", file=models.__file__)
    the(found[1:2], "flag:", what="kind boolean has no max_length, min_length", do="hidden", file=models.__file__)
    the(found[2:], "blob:", what="stored as LargeBinary", do="hidden = [Impossible.blob]", file=models.__file__)


def test_impossible_types_that_are_hidden_are_left_alone() -> None:
    class Things(Resource[Impossible]):
        operations = ["list"]
        read = anyone
        hidden = [Impossible.extra, Impossible.flag, Impossible.blob]

    (things,) = compiler.compile([Things]).application.resources
    assert [field.name for field in things.fields] == ["id"]


@pytest.mark.requirement("A2.07")
def test_a_number_that_sqlite_keeps_as_a_binary_float() -> None:
    class Prices(Resource[Price]):
        operations = ["list"]
        read = anyone

    the(
        problems(Prices),
        "amount:",
        what="Numeric, which SQLite keeps as a binary float",
        do="kind=",
        file=models.__file__,
    )
    compiler.compile([Prices], database="postgresql")


router = APIRouter()


@router.get("/ping")
async def ping() -> str:
    """Answers."""
    return "pong"


@pytest.mark.requirement("A3.02")
def test_a_router_without_a_policy() -> None:
    the(
        problems(routers=[router]), '@router.get("/ping")', what="without a policy", do="mount(router, allow=signed_in)"
    )


def test_a_router_whose_policy_looks_at_rows() -> None:
    found = problems(Users, routers=[mount(router, allow=opaque(Cook.name.is_(None), "why"))])
    the(found, '@router.get("/ping")', what="looks at rows", do="use role(..)")


def test_routes_that_no_policy_would_guard() -> None:
    live = APIRouter()

    @live.websocket("/live")
    async def listen(socket: WebSocket) -> None: ...

    the(
        problems(routers=[mount(live, allow=anyone)]),
        '@live.websocket("/live")',
        what="APIWebSocketRoute /live",
        do="beside this one",
    )


def test_two_routes_of_one_name() -> None:
    again = APIRouter()
    again.add_api_route("/pong", ping)
    found = problems(routers=[mount(router, allow=anyone), mount(again, allow=anyone)])
    the(found, '@router.get("/ping")', what="two operations are called ping", do="rename one")


def test_an_include_that_nobody_answers() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        includes = [Dish.author]  # nobody

    the(problems(Recipes), "# nobody", what="author, whose rows no resource answers", do="declare a resource")


def test_an_include_that_two_resources_could_answer() -> None:
    class Others(Users):
        name = "others"

    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        includes = [Dish.author]  # two

    found = problems(Recipes, Users, Others)
    the(found, "# two", what="Users and Others could answer", do="write via(Dish.author, Users)")
    Recipes.includes = [via(Dish.author, Others)]  # type: ignore[list-item]
    compiled = compiler.compile([Recipes, Users, Others])
    assert compiled.application.resource("dishes").includes[0].resource == "others"
    assert "does not answer in this application" in problems(Recipes, Users)[0].what


def test_an_include_of_one_with_a_limit_and_one_of_another_model() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        includes = [
            include(Dish.author, limit=3),  # one
            Remark.recipe,  # not ours
        ]

    first, second = problems(Recipes, Users)
    the([first], "# one", what="author has a limit or an order, but there is one row at most", do="drop them")
    the([second], "# not ours", what="recipe, which is not a relation of Dish", do="there is author, comments")


def test_an_order_of_an_include_that_is_none() -> None:
    class Remarks(Resource[Remark]):
        operations = ["list"]
        read = anyone

    class Recipes(Resource[Dish]):
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        include_depth = 9  # deep
        includes = [include(Dish.comments, limit=0, order=[Dish.title])]  # order

    deep, order, limit = sorted(problems(Recipes, Remarks), key=lambda problem: problem.what)
    the([deep], "# deep", what="include_depth is 9", do="from 1 to 5")
    the([order], "# order", what="order names title, which is not a field of Remark", do="there is id, recipe_id, text")
    the([limit], "# order", what="the include comments has the limit 0", do="from 1 to 1000")


def test_an_include_sorted_by_what_not_everybody_reads() -> None:
    class Remarks(Resource[Remark]):
        operations = ["list"]
        read = anyone
        read_fields = {Remark.text: role("admin")}

    class Recipes(Resource[Dish]):
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        includes = [include(Dish.comments, order=[Remark.text])]  # guarded

    the(problems(Recipes, Remarks), "includes = [", what="names text, which callers cannot read", do="found out")


def test_includes_that_bring_too_many_rows() -> None:
    class Remarks(Resource[Remark]):
        operations = ["list"]
        read = anyone
        includes = [Remark.recipe]

    class Recipes(Resource[Dish]):
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        include_depth = 3
        includes = [include(Dish.comments, limit=50)]  # many

    the(problems(Recipes, Remarks), "# many", what="250000 rows of comments.recipe.comments", do="smaller limit")


def test_resources_that_are_embedded_in_one_another() -> None:
    class Remarks(Resource[Remark]):
        operations = ["list"]
        read = anyone
        embedded = [Remark.recipe]  # circle

    class Recipes(Resource[Dish]):
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        embedded = [Dish.comments]

    the(
        problems(Remarks, Recipes),
        "# circle",
        what="Remarks embeds recipe, in which it is embedded itself",
        do="under `includes`",
    )


def test_lists_of_values_that_are_none() -> None:
    class Remarks(Resource[Remark]):
        operations = ["list"]
        hidden = [Remark.recipe_id]
        read = anyone

    class Recipes(Resource[Dish]):
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        authors = values(Dish.author, Cook.name)  # one
        texts = values(Dish.comments, Remark.recipe_id)  # hidden
        rating = values(Dish.comments, Remark.text)  # taken
        titles = values(Dish.title, Remark.text)  # no relation

    one, hidden, taken, none = problems(Recipes, Remarks, Users)
    the([one], "# one", what="values(author, ..) is of a relation to one row", do="include or embed it")
    the([hidden], "# hidden", what="names recipe_id, which Remark does not answer", do="there is id, text")
    the([taken], "# taken", what="rating is a list of values, but there is rating already", do="a name of its own")
    the([none], "# no relation", what="titles names title, which is not a relation of Dish", do="there is author")


def test_a_parent_that_is_none() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        parent = Dish.comments  # many

    class Remarks(Resource[Remark]):
        operations = ["list"]
        read = anyone
        parent = Remark.recipe  # two

    class Others(Resource[Dish]):
        name = "others"
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        parent = Remark.recipe  # not ours

    first, second, third = problems(Recipes, Remarks, Others)
    the([first], "# many", what="Recipes.parent is comments, which leads to many rows", do="there is author")
    the([second], "# two", what="recipe, whose rows Recipes and Others could answer", do="write via(Remark.recipe")
    the([third], "# not ours", what="recipe, which is not a relation of Dish", do="there is author")


def test_a_filter_over_what_two_resources_guard() -> None:
    class Others(Resource[Cook]):
        name = "others"
        hidden = [Cook.api_key]
        operations = ["list"]
        read = anyone

    class Recipes(Resource[Dish]):
        operations = ["list"]
        hidden = [Dish.pin]
        read = anyone
        filters = [through(Dish.author, Cook.name)]  # two

    the(problems(Recipes, Users, Others), "# two", what="Users, Others expose", do="through(via(.., Users), ..)")
    Recipes.filters = [through(via(Dish.author, Others), Cook.name)]
    found = compiler.compile([Recipes, Users, Others]).application.resource("dishes").filters[0]
    assert (found.name, found.guards) == ("author.name", ("others",))


def test_a_filter_over_what_nobody_guards() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        filters = [through(Dish.comments, Remark.text)]  # unguarded

    the(problems(Recipes), "# unguarded", what="rows of remarks, which no resource exposes", do="its read policy")


def test_a_filter_over_relations_that_goes_astray() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        filters = [
            through(Dish.author, Dish.title),  # end
            through(Dish.title),  # alone
            through(Remark.recipe, Dish.title),  # start
        ]

    first, second, third = problems(Recipes, Users)
    the([first], "# end", what="ends with title, which is not a field of cooks", do="there is")
    the([second], "# alone", what="names title and no relation", do="through(relation, column)")
    the([third], "# start", what="names recipe, which is not a relation of dishes", do="there is author")


def test_a_write_of_nothing_and_a_column_that_nothing_fills() -> None:
    class Changing(Resource[Dish]):
        operations = ["update"]
        read = update = anyone

    class Creating(Resource[Dish]):
        operations = ["create"]
        read = create = anyone
        writable = [Dish.title, Dish.slug]

    the(
        problems(Changing), "operations = ", what="has update, but no field is writable", do="name fields in `writable`"
    )
    the(problems(Creating), "writable = ", what="nothing fills Dish.created_at", do="make it writable")


def test_bad_limits() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        limits = {
            "list": "10 a minute",
            "creat": "1/hour",  # type: ignore[dict-item]
        }

    first, second = problems(Recipes)
    the([first], '"list": ', what="limits says '10 a minute' for list", do='"10/minute"')
    the([second], '"creat": ', what="limits names 'creat', which is none of its operations", do="there is list")


def test_an_index_of_what_is_no_field() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        indexes = [together(Dish.title, Remark.text)]

    the(problems(Recipes), "indexes = ", what="Remark.text, which is not a field of Dish", do="there is author_id")


def test_pages_and_paths_that_cannot_be() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        default_limit = 200
        path = "recipes/"

    first, second = problems(Recipes)
    the([first], "default_limit = ", what="200 rows unless asked and 100 at most", do="default_limit <= max_limit")
    the([second], "path = ", what="Recipes.path is 'recipes/'", do="/recipes")


def test_what_is_no_resource_or_has_no_model() -> None:
    class Nameless(Resource):  # type: ignore[type-arg]
        read = anyone

    class Unmapped(Resource[int]):
        read = anyone

    the(problems(Nameless), "class Nameless", what="Nameless names no model", do="class Nameless(Resource[Model])")
    the(
        problems(Unmapped), "class Unmapped", what="about int, which SQLAlchemy does not map", do="derive it from Model"
    )
    assert "is not a resource" in problems(Users())[0].what


def test_all_mistakes_are_told_together_in_the_order_of_the_file() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list", "create"]
        sorts = ["titel"]  # type: ignore[list-item]
        read = where(func.lower(Dish.title) == "a")
        lookup = Dish.title

    class People(Resource[Cook]):
        operations = ["list"]
        read = anyone

    found = problems(Recipes, People, routers=[router])
    assert found == sorted(found, key=lambda problem: problem.place)
    words = " ".join(problem.what for problem in found)
    for expected in ("'titel'", "lower(", "lookup", "policy 'create'", "nothing fills", "api_key", "without a policy"):
        assert expected in words
    with pytest.raises(DeclarationErrors) as caught:
        compiler.compile([Recipes, People], routers=[router])  # type: ignore[list-item]
    assert str(caught.value).startswith(f"{len(found)} mistakes in the declarations\n{__file__}:")


class Listed(Resource[Dish]):
    """What others derive from."""

    operations = ["list"]
    sorts = ["titel"]  # type: ignore[list-item] # in the parent
    read = anyone


def test_a_mistake_in_a_parent_is_told_where_the_parent_is() -> None:
    class Recipes(Listed):
        """The child."""

    the(problems(Recipes), "# in the parent", what="names 'titel'", do="write Dish.title")


def test_resources_whose_tables_stand_in_other_metadata() -> None:
    class Apart(Model):
        __abstract__ = True
        metadata = MetaData(naming_convention=Model.metadata.naming_convention)

    class Shed(Apart):
        label: Mapped[str]

    class Dishes(Resource[Dish]):
        operations = ["list"]
        read = anyone

    class Sheds(Resource[Shed]):
        operations = ["list"]
        read = anyone

    the(
        problems(Dishes, Sheds),
        "class Sheds(Resource[Shed])",
        what="the table sheds stands in other metadata than the application's other tables",
        do="derive all models from one base, such as Model",
    )
