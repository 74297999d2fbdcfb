"""SQLAlchemy's expressions as nodes of the closed set."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import and_, case, distinct, exists, false, func, null, or_, select, true
from sqlalchemy.orm import aliased

from mainstay.compiler.translate import translate, worked_out
from mainstay.declare import actor
from mainstay.policy.tree import (
    ANYONE,
    NOBODY,
    NODES,
    WORKED_OUT,
    ActorValue,
    Aggregate,
    All,
    Any_,
    Arithmetic,
    Case,
    Coalesce,
    Column,
    Compare,
    Exists,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Now,
    Source,
    Value,
)
from tests.compiler.models import Cook, Dish, Remark

TITLE, PUBLISHED, RATING = (Column("dishes", name) for name in ("title", "published", "rating"))
ID, AUTHOR = Column("dishes", "id"), Column("dishes", "author_id")
OF_DISH = Compare("eq", Column("remarks", "recipe_id"), ID)
NAMED = Compare("eq", Column("cooks", "name"), Column("remarks", "text"))
ONE = Value(1, "integer")
Other = aliased(Dish)

CASES: list[tuple[Any, Node]] = [
    (Dish.published, PUBLISHED),
    (~Dish.published, Not(PUBLISHED)),
    (Dish.published.is_(True), All((Not(IsNull(PUBLISHED)), PUBLISHED))),
    (Dish.published.is_not(True), Not(All((Not(IsNull(PUBLISHED)), PUBLISHED)))),
    (Dish.published.is_(False), All((Not(IsNull(PUBLISHED)), Not(PUBLISHED)))),
    (Dish.published == True, Compare("eq", PUBLISHED, Value(True, "boolean"))),  # noqa: E712
    (Dish.title == "a", Compare("eq", TITLE, Value("a", "text"))),
    (~(Dish.title == "a"), Compare("ne", TITLE, Value("a", "text"))),
    (Dish.rating < 3, Compare("lt", RATING, Value(3, "integer"))),
    (Dish.rating >= 3, Compare("gte", RATING, Value(3, "integer"))),
    (Dish.rating.between(1, 3), All((Compare("gte", RATING, ONE), Compare("lte", RATING, Value(3, "integer"))))),
    (Dish.rating.is_(None), IsNull(RATING)),
    (Dish.rating != None, Not(IsNull(RATING))),  # noqa: E711
    (Dish.title.in_(["a", "b"]), In(TITLE, (Value("a", "text"), Value("b", "text")))),
    (Dish.title.not_in([]), Not(In(TITLE, ()))),
    (Dish.title.in_([Dish.slug, actor.claim("x")]), In(TITLE, (Column("dishes", "slug"), ActorValue("x")))),
    (Dish.author_id == actor.id, Compare("eq", AUTHOR, ActorValue("id"))),
    (actor.id == Dish.author_id, Compare("eq", ActorValue("id"), AUTHOR)),
    (actor.claim("plan") == "pro", Compare("eq", ActorValue("plan"), Value("pro", "text"))),
    (actor.claim("teams").has(Dish.title), InClaim(TITLE, "teams")),
    (~actor.claim("teams").has(Dish.title), Not(InClaim(TITLE, "teams"))),
    (Dish.created_at > func.now() - dt.timedelta(days=1), Compare("gt", Column("dishes", "created_at"), Now(-86400.0))),
    (Dish.created_at < func.now(), Compare("lt", Column("dishes", "created_at"), Now())),
    (and_(Dish.published, or_(Dish.rating.is_(None), true())), PUBLISHED),
    (or_(Dish.published, Dish.rating == 1, false()), Any_((PUBLISHED, Compare("eq", RATING, Value(1, "integer"))))),
    (true(), ANYONE),
    (false(), NOBODY),
    (Dish.rating == null(), IsNull(RATING)),
    (Dish.comments.any(), Exists("remarks", "remarks", Compare("eq", ID, Column("remarks", "recipe_id")))),
    (~exists().where(Remark.recipe_id == Dish.id), Not(Exists("remarks", "remarks", OF_DISH))),
    (exists(select(Remark.id).where(Remark.recipe_id == Dish.id)), Exists("remarks", "remarks", OF_DISH)),
    (
        exists().where(Other.author_id == Dish.author_id),
        Exists("dishes", "dishes_2", Compare("eq", Column("dishes_2", "author_id"), AUTHOR)),
    ),
    (
        exists().where(Remark.recipe_id == Dish.id, Cook.name == Remark.text),
        Exists("remarks", "remarks", Exists("cooks", "cooks", All((OF_DISH, NAMED)))),
    ),
    (
        exists(select(Remark).join(Cook, Cook.name == Remark.text).where(Remark.recipe_id == Dish.id)),
        Exists("remarks", "remarks", Exists("cooks", "cooks", All((OF_DISH, NAMED)))),
    ),
]  # fmt: skip


@pytest.mark.requirement("A3.18")
@pytest.mark.parametrize("expression, node", CASES, ids=[str(number) for number in range(len(CASES))])
def test_translated(expression: Any, node: Node) -> None:
    assert translate(expression, {Dish.__table__: "dishes"}) == node


def test_every_node_that_an_expression_can_mean_is_in_the_cases() -> None:
    found = {part.word for _, node in CASES for part in node.walk()}
    assert found == set(NODES) - {"signed_in", "role", "scope", "opaque", "given"} - {
        part.word for part in (Source, *WORKED_OUT)
    }


OF_REMARKS = (Source("remarks", "remarks"),)
ZERO = Value(0, "integer")
COMPUTED: list[tuple[Any, Node]] = [
    (Dish.title, TITLE),
    (Dish.rating < 3, Compare("lt", RATING, Value(3, "integer"))),
    (-Dish.rating, Arithmetic("minus", ZERO, RATING)),
    (Dish.rating / 2 + 1, Arithmetic("plus", Arithmetic("over", RATING, Value(2, "integer")), ONE)),
    (func.coalesce(Dish.rating, 0), Coalesce((RATING, ZERO))),
    (case((Dish.published, "a"), else_="b"), Case((PUBLISHED,), (Value("a", "text"),), Value("b", "text"))),
    (case((Dish.published, "a")), Case((PUBLISHED,), (Value("a", "text"),), Value(None))),
    (exists().where(Remark.recipe_id == Dish.id), Exists("remarks", "remarks", OF_DISH)),
    (select(func.count()).where(Remark.recipe_id == Dish.id), Aggregate("count", ONE, OF_REMARKS, OF_DISH)),
    (
        select(func.count(distinct(Remark.text))).where(Remark.recipe_id == Dish.id).scalar_subquery(),
        Aggregate("count", Column("remarks", "text"), OF_REMARKS, OF_DISH, distinct=True),
    ),
    (
        select(func.coalesce(func.max(Remark.text), "")).where(Remark.recipe_id == Dish.id),
        Coalesce((Aggregate("max", Column("remarks", "text"), OF_REMARKS, OF_DISH), Value("", "text"))),
    ),
    (
        select(func.min(Cook.name))
        .join_from(Remark, Cook, Cook.name == Remark.text)
        .where(Remark.recipe_id == Dish.id),
        Aggregate(
            "min",
            Column("cooks", "name"),
            (Source("remarks", "remarks"), Source("cooks", "cooks")),
            All((OF_DISH, NAMED)),
        ),
    ),
    (
        select(func.sum(Other.rating)).where(Other.author_id == Dish.author_id),
        Aggregate(
            "sum",
            Column("dishes_2", "rating"),
            (Source("dishes", "dishes_2"),),
            Compare("eq", Column("dishes_2", "author_id"), AUTHOR),
        ),
    ),
]


@pytest.mark.parametrize("expression, node", COMPUTED, ids=[str(number) for number in range(len(COMPUTED))])
def test_values_that_are_worked_out(expression: Any, node: Node) -> None:
    assert worked_out(expression, {Dish.__table__: "dishes"}) == node
