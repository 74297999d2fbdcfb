"""SQLAlchemy's expressions as nodes of the closed set."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import and_, exists, false, func, null, or_, select, true
from sqlalchemy.orm import aliased

from mainstay.compiler.translate import translate
from mainstay.declare import actor
from mainstay.policy.tree import (
    ANYONE,
    NOBODY,
    NODES,
    ActorValue,
    All,
    Any_,
    Column,
    Compare,
    Exists,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Now,
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
    assert found == set(NODES) - {"signed_in", "role", "scope", "opaque"}
