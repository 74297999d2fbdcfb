"""Every mistake in an action is told with its file and line, what is wrong, what to do."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from mainstay.behaviour import Call, SyncCall
from mainstay.declare import Actions, Resource, action, anyone, owner, signed_in
from tests.compiler import test_mistakes
from tests.compiler.models import Cook, Dish
from tests.compiler.test_mistakes import problems

the = partial(test_mistakes.the, file=__file__)


class Plain(Resource[Dish]):
    """Dishes, nothing wrong with them."""

    operations = ["list"]
    read = anyone


def test_a_policy_that_is_none() -> None:
    class Recipes(Plain):
        @action(allow=True)  # type: ignore[arg-type]
        def cook(self, dish: Dish) -> None: ...

    the(problems(Recipes), "allow=True", what="Recipes.cook allows True", do="allow=owner(..)")


def test_a_policy_about_rows_where_there_is_none() -> None:
    class Recipes(Plain):
        @action(allow=owner(Dish.author_id))
        def cook(self) -> None: ...

    the(problems(Recipes), "allow=owner", what="looks", do="take the row as an argument")


def test_a_type_that_is_not_known() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(self, what: Unknown) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    the(problems(Recipes), "@action", what="'Unknown' is not defined", do="import it")


def test_an_argument_without_a_type() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(self, what) -> None: ...  # type: ignore[no-untyped-def]

    the(problems(Recipes), "@action", what="says no type of what", do="write what: str")


def test_any_arguments() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(self, *what: str) -> None: ...

    the(problems(Recipes), "@action", what="takes *what", do="write each argument")


def test_no_self() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(what: str) -> None: ...  # type: ignore[misc]  # noqa: N805

    the(problems(Recipes), "@action", what="has no self", do="write self first")


@pytest.mark.parametrize("awaits", [True, False])
def test_a_call_of_the_other_sort(awaits: bool) -> None:
    class Awaiting(Plain):
        @action(allow=anyone)
        async def cook(self, call: SyncCall) -> None: ...

    class Blocking(Plain):
        @action(allow=anyone)
        def cook(self, call: Call) -> None: ...

    if awaits:
        the(problems(Awaiting), "@action", what="is an async def and takes a SyncCall", do="write call: Call")
    else:
        the(problems(Blocking), "@action", what="is a def and takes a Call", do="write call: SyncCall")


def test_a_row_of_another_model() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(self, by: Cook) -> None: ...

    the(problems(Recipes), "@action", what="takes a Cook as by, and it is about Dish", do="take its key")


def test_a_row_without_a_resource() -> None:
    class Kitchen(Actions):
        @action(allow=anyone)
        def cook(self, dish: Dish) -> None: ...

    the(problems(Kitchen), "@action", what="it is about no rows", do="write it in a Resource[Dish]")


def test_a_type_that_nobody_can_validate() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(self, what: Plain) -> None: ...

    the(problems(Recipes), "@action", what="which pydantic does not know", do="use a pydantic model")


def test_an_answer_that_is_not_said() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(self): ...  # type: ignore[no-untyped-def]

    the(problems(Recipes), "@action", what="does not say what it answers", do="write -> None")


def test_an_answer_that_no_resource_shows() -> None:
    class Recipes(Plain):
        @action(allow=anyone)
        def cook(self) -> Cook: ...  # type: ignore[empty-body]

    the(problems(Recipes), "@action", what="answers a Cook, which no resource shows", do="answer a pydantic model")


def test_a_path_that_is_none() -> None:
    class Recipes(Plain):
        @action(allow=anyone, path="cook")
        def cook(self) -> None: ...

    the(problems(Recipes), "path=", what="has the path 'cook'", do='write it as "/publish"')


def test_a_path_with_an_argument_that_is_not_there() -> None:
    class Recipes(Plain):
        @action(allow=anyone, path="/{pan}/cook")
        def cook(self) -> None: ...

    the(problems(Recipes), "path=", what="has {pan} in its path", do="write pan: str")


def test_a_model_in_the_query() -> None:
    class Recipes(Plain):
        @action(allow=anyone, method="GET")
        def cook(self, what: list[str]) -> None: ...

    the(problems(Recipes), "method=", what="has what in its path or query", do="give it a plain type")


def test_many_rows_in_the_query() -> None:
    class Recipes(Plain):
        @action(allow=anyone, method="GET")
        def cook(self, dishes: list[Dish]) -> None: ...

    the(problems(Recipes), "method=", what="whose keys stand in a body", do='write method="POST"')


def test_a_limit_that_is_none() -> None:
    class Recipes(Plain):
        @action(allow=anyone, limit="often")
        def cook(self) -> None: ...

    the(problems(Recipes), "limit=", what="has the limit 'often'", do='write it as "10/minute"')


def test_a_time_out_that_is_none() -> None:
    class Recipes(Plain):
        @action(allow=anyone, timeout=0)
        def cook(self) -> None: ...

    the(problems(Recipes), "timeout=", what="has the timeout 0", do="write seconds")


def test_transactions_of_its_own_in_what_blocks_and_in_what_reads() -> None:
    class Blocking(Plain):
        @action(allow=anyone, transaction=False)
        def cook(self) -> None: ...

    class Reading(Plain):
        @action(allow=anyone, transaction=False, method="GET")
        async def cook(self) -> None: ...

    the(problems(Blocking), "transaction=", what="is a def and has transaction=False", do="write async def")
    the(problems(Reading), "transaction=", what="is a GET and has transaction=False", do="drop it")


def test_two_of_one_path() -> None:
    class Recipes(Plain):
        @action(allow=anyone, path="/cook")
        def cook(self) -> None: ...

        @action(allow=signed_in, path="/cook")
        def fry(self, by: UUID) -> None: ...

    (found,) = problems(Recipes)
    assert "POST /api/v1/dishes/cook is both dishes.cook and dishes.fry" in found.what


def test_the_rest_is_right() -> None:
    class Recipes(Plain):
        @action(allow=owner(Dish.author_id))
        def cook(self, dish: Dish, call: SyncCall, what: str | None = None) -> dict[str, Any]:
            """Cooks it."""
            return {}

    class Wrong(Recipes):
        name = "wrong"
        order = ["x"]  # type: ignore[list-item]

    assert len(problems(Wrong)) == 1
