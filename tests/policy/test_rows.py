"""The evaluation of policies on rows, against SQL's own truth tables."""

from __future__ import annotations

import datetime as dt
import enum
import itertools
import sqlite3
import uuid
from decimal import Decimal
from typing import Any

import pytest

from mainstay.actor import Actor
from mainstay.policy.rows import CannotEvaluate, World, allows, truth
from mainstay.policy.tree import (
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
    Opaque,
    Value,
)

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
A, B = Column("t", "a"), Column("t", "b")
SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class Level(enum.Enum):
    """Members that are no texts."""

    low = 1


def evaluated(node: Node, actor: Actor = Actor(), **row: Any) -> bool | None:
    """The truth of a node for one row of `t`."""
    return truth(node, {"t": row}, World(actor, NOW, {"t": [row]}))


def by_sqlite(expression: str, *values: Any) -> bool | None:
    """The truth that SQLite finds."""
    (found,) = sqlite3.connect(":memory:").execute(f"SELECT {expression}", values).fetchone()
    return None if found is None else bool(found)


THREE = (True, False, None)


@pytest.mark.parametrize("a, b", list(itertools.product(THREE, THREE)))
def test_and_or_not(a: bool | None, b: bool | None) -> None:
    assert evaluated(All((A, B)), a=a, b=b) == by_sqlite("? AND ?", a, b)
    assert evaluated(Any_((A, B)), a=a, b=b) == by_sqlite("? OR ?", a, b)
    assert evaluated(Not(A), a=a) == by_sqlite("NOT ?", a)
    assert evaluated(Not(All((A, Not(B)))), a=a, b=b) == by_sqlite("NOT (? AND NOT ?)", a, b)


def test_nothing_is_true_of_all_of_nothing() -> None:
    assert evaluated(All(())) is True
    assert evaluated(Any_(())) is False


@pytest.mark.parametrize("operator", SIGNS)
@pytest.mark.parametrize("a, b", list(itertools.product((None, 1, 2), (None, 1, 2))))
def test_comparisons(operator: Any, a: int | None, b: int | None) -> None:
    assert evaluated(Compare(operator, A, B), a=a, b=b) == by_sqlite(f"? {SIGNS[operator]} ?", a, b)


@pytest.mark.parametrize("a", [None, 1, 2])
@pytest.mark.parametrize("options", [(), (1,), (None,), (2, None), (1, 2), (2, 2)])
def test_in(a: int | None, options: tuple[int | None, ...]) -> None:
    node = In(A, tuple(Value(option, "integer") for option in options))
    expected = by_sqlite(f"? IN ({', '.join('?' * len(options))})", a, *options)
    assert evaluated(node, a=a) == expected
    assert evaluated(InClaim(A, "l"), Actor(1, claims={"l": list(options)}), a=a) == expected


@pytest.mark.parametrize("claims", [{}, {"l": None}, {"l": "1"}, {"l": 1}, {"l": {"1": 1}}])
def test_a_claim_that_is_no_list_is_null(claims: dict[str, Any]) -> None:
    assert evaluated(InClaim(A, "l"), Actor(1, claims=claims), a=1) is None
    assert evaluated(Not(InClaim(A, "l")), Actor(1, claims=claims), a=1) is None


def test_null_denies_under_not_as_well() -> None:
    row = {"a": None}
    world = World(Actor(), NOW, {"t": [row]})
    for node in (A, Not(A), Compare("eq", A, Value(1, "integer")), Not(Compare("eq", A, Value(1, "integer")))):
        assert not allows(node, row, "t", world)
    assert allows(IsNull(A), row, "t", world)
    assert not allows(Not(IsNull(A)), row, "t", world)


def test_exists_is_never_null_and_reaches_the_row_outside() -> None:
    rows = [{"a": 1, "b": None}, {"a": 2, "b": 1}]
    children = Exists("t", "u", Compare("eq", Column("u", "b"), A))
    world = World(Actor(), NOW, {"t": rows})
    assert [truth(children, {"t": row}, world) for row in rows] == [True, False]
    assert [truth(Not(children), {"t": row}, world) for row in rows] == [False, True]
    nothing = Exists("t", "u", Value(None))
    assert truth(Not(nothing), {"t": rows[0]}, world) is True


@pytest.mark.parametrize(
    "column, claim, expected",
    [
        (uuid.UUID(int=5), str(uuid.UUID(int=5)), True),
        (uuid.UUID(int=5), "five", None),
        (5, "5", True),
        (5, "x", None),
        ("5", 5, True),
        (Decimal("1.50"), "1.5", True),
        (Level.low, "1", True),
        (Level.low, "2", False),
        (None, "1", None),
        ("a", None, None),
    ],
)
def test_a_claim_takes_the_type_of_what_it_is_compared_with(column: Any, claim: Any, expected: bool | None) -> None:
    actor = Actor(1, claims={"c": claim, "l": [claim]})
    assert evaluated(Compare("eq", A, ActorValue("c")), actor, a=column) is expected
    assert evaluated(Compare("eq", ActorValue("c"), A), actor, a=column) is expected
    assert evaluated(InClaim(A, "l"), actor, a=column) is expected
    assert evaluated(In(A, (ActorValue("c"),)), actor, a=column) is expected


def test_moments_from_now() -> None:
    old = Compare("lt", A, Now(-3600))
    assert evaluated(old, a=NOW - dt.timedelta(seconds=3601)) is True
    assert evaluated(old, a=NOW - dt.timedelta(seconds=3600)) is False


def test_what_only_the_database_can_evaluate_is_said() -> None:
    with pytest.raises(CannotEvaluate):
        evaluated(Opaque("t.a ~ 'x'", "a regular expression"), a=1)
