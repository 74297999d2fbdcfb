"""Mistakes in computed and derived fields: each is told with its file and line, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import aliased

from mainstay import compiler
from mainstay.compiler import DeclarationErrors, Problem
from mainstay.declare import (
    Resource,
    actor,
    anyone,
    computed,
    derived,
    signed_in,
    unindexed,
)
from tests.compiler.models import Cook, Dish, Remark

Other = aliased(Dish)


class Cooks(Resource[Cook]):
    """Somebody."""

    hidden = [Cook.api_key]
    operations = ["list"]
    read = anyone


class OtherCooks(Cooks):
    """Somebody again."""

    name = "other_cooks"


class Remarks(Resource[Remark]):
    """What is said."""

    hidden = [Remark.text]
    operations = ["list"]
    read = signed_in


def problems(*resources: Any) -> list[Problem]:
    """What is wrong with an application of these resources."""
    with pytest.raises(DeclarationErrors) as caught:
        compiler.compile(resources)
    return list(caught.value.problems)


def the(found: Sequence[Problem], *, what: str, do: str) -> None:
    """There is one problem, in these words, on a line that says `# here`."""
    assert len(found) == 1, "\n".join(map(str, found))
    (problem,) = found
    assert problem.place.file == __file__
    assert "# here" in Path(__file__).read_text().splitlines()[problem.place.line - 1], problem
    assert what in problem.what, problem.what
    assert do in problem.do, problem.do


def of_dish(*columns: Any) -> Any:
    """Functions of the remarks on a dish."""
    return select(*columns).where(Remark.recipe_id == Dish.id)


NEEDS = "leave it to a derived field"


@pytest.mark.parametrize(
    "declared, what, do",
    [
        (lambda: computed(func.lower(Dish.title)), "Function (lower(dishes.title)) has no node", NEEDS),
        (lambda: computed(Dish.title + "x"), "has no node", NEEDS),
        (lambda: computed(Cook.name), "cooks.name is a column of a table that is not in scope", "exists()"),
        (lambda: computed(of_dish(Remark.id)), "not in scope", "exists()"),
        (lambda: computed(of_dish(func.count(), func.max(Remark.id))), "does not select one value", "select one of"),
        (lambda: computed(of_dish(func.count()).limit(1)), "a subquery that groups or limits", NEEDS),
        (lambda: computed(of_dish(func.median(Remark.id))), "has no node", NEEDS),
        (lambda: computed(of_dish(func.sum(Remark.recipe_id.distinct()))), "passes over equal values", "distinct"),
        (lambda: computed(select(func.count()).select_from(Dish)), "no table but its own", "aliased(Model)"),
        (lambda: computed(select(func.sum(Other.published)).where(Other.id != Dish.id)), "sum(..) of a boolean", "sum"),
        (lambda: computed(select(func.max(Other.id)).where(Other.id != Dish.id)), "max(..) of a uuid", NEEDS),
        (lambda: computed(Dish.rating + Dish.published), "no arithmetic with a boolean", NEEDS),
        (lambda: computed(case((Dish.published, "a"), else_=1)), "different kinds meet: text and integer", "one kind"),
        (lambda: computed(case((Dish.published, None))), "null alone", "one kind"),
        (lambda: computed(case({"a": 1}, value=Dish.title)), "compares one value", "condition"),
        (lambda: computed(func.coalesce(actor.id, Dish.author_id)), "no kind by itself", "compare it"),
        (lambda: computed(actor.claim("plan") == "pro"), "compares the actor with constants", "read_fields"),
        (lambda: computed(Dish.pin), "computed of pin, which is a secret", "whether it is null"),
        (lambda: computed(Dish.rating > 1, all_rows="why not"), "looks at no row but its own", "drop all_rows"),
        (lambda: computed(of_dish(func.count()), all_rows=" "), "no reason for all_rows", "say why"),
        (lambda: computed(of_dish(func.count()), all_rows="x", via=Remarks), "all_rows, and names", "drop one"),
        (lambda: computed(of_dish(func.count()), via=Cooks), "via Cooks, which exposes no row", "name a resource"),
        (
            lambda: computed(exists().where(Cook.id == Dish.author_id)),
            "rows of cooks, which Cooks and OtherCooks expose",
            "via=Cooks",
        ),
        (
            lambda: computed(exists().where(Cook.id == Dish.author_id, Cook.api_key == "x"), via=Cooks),
            "cooks.api_key, which Cooks does not answer",
            "expose it there",
        ),
        (lambda: computed(of_dish(func.max(Remark.text))), "remarks.text, which Remarks does not answer", "all_rows="),
    ],
)
def test_what_cannot_be_computed(declared: Any, what: str, do: str) -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        extra = declared()  # here

    the(problems(Recipes, Cooks, OtherCooks, Remarks), what=what, do=do)


def test_rows_that_no_resource_exposes() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        remarks = computed(of_dish(func.count()))  # here

    the(problems(Recipes), what="rows of remarks, which no resource exposes", do='all_rows="reason"')


async def later(title: str) -> str:
    """Not at once."""
    return title


def unsaid(title: str):  # type: ignore[no-untyped-def]
    """Says not what it returns."""


def short(title: str) -> str:
    """The first letter."""
    return title[:1]


def strange(title: str) -> memoryview:
    """What nobody can write."""
    return memoryview(title.encode())


@pytest.mark.parametrize(
    "declared, what, do",
    [
        (lambda: derived(later, Dish.title), "is not a plain function", "write def"),
        (lambda: derived(unsaid, Dish.title), "unsaid does not say what it returns", "annotate it"),
        (lambda: derived(short, Dish.title, Dish.slug), "short does not take 2 values", "for each column"),
        (lambda: derived(short), "it names no column", "name the columns"),
        (lambda: derived(short, Cook.name), "Cook.name is not a column of Dish", "Dish."),
        (lambda: derived(short, "title"), "title is not a column of Dish", "Dish."),
        (lambda: derived(short, Dish.pin), "pin is a secret", "nothing may be made of it"),
        (lambda: derived(strange, Dish.title), "pydantic cannot write", "plain type"),
    ],
)
def test_what_cannot_be_derived(declared: Any, what: str, do: str) -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        extra = declared()  # here

    the(problems(Recipes), what=what, do=do)


def test_a_field_of_a_name_that_is_taken() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        author = computed(Dish.rating > 3)  # here

    the(problems(Recipes), what="Dish has a author already", do="another name")


def test_a_field_of_the_name_of_a_part_of_every_resource() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        path = computed(Dish.rating > 3)  # type: ignore[assignment]  # here

    the(problems(Recipes), what="every resource has a path", do="another name")


def test_a_filter_by_a_computed_field_without_a_reason() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        good = computed(Dish.rating > 3)
        filters = [good]  # type: ignore[list-item]  # here

    the(problems(Recipes), what="filters names good, which is worked out for every row", do='unindexed(good, "reason")')


def test_a_sort_by_a_computed_field_without_a_reason() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        good = computed(Dish.rating > 3)
        sorts = [unindexed(good, " ")]  # here

    the(problems(Recipes), what="sorts names good, which is worked out for every row", do='unindexed(good, "reason")')


def test_a_filter_by_a_derived_field() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        letter = derived(short, Dish.title)
        filters = [unindexed(letter, "few")]  # type: ignore[arg-type]  # here

    the(problems(Recipes), what="names letter, which is made in Python", do="by the columns")


def test_a_default_order_by_a_computed_field() -> None:
    class Recipes(Resource[Dish]):
        operations = ["list"]
        read = anyone
        good = computed(Dish.rating > 3)
        order = [good]  # type: ignore[list-item]  # here

    the(problems(Recipes), what="order names good, which is kept in no column", do="name a column of Dish")
