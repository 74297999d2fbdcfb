"""What is decided of a policy before a row is looked at never changes what it allows."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from mainstay.actor import Actor
from mainstay.policy.decide import Decider, Decision
from mainstay.policy.rows import World, truth
from mainstay.policy.tree import (
    ANYONE,
    NOBODY,
    ActorValue,
    All,
    Always,
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
    Role,
    Scope,
    SignedIn,
    Value,
)

NUMBERS = (None, 1, 2)
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
OWN, CLAIM = Column("things", "owner"), ActorValue("team")

numbers = st.sampled_from(NUMBERS)
columns = st.sampled_from([Column("things", "owner"), Column("things", "team")])
inner_columns = st.sampled_from([*[Column("things", "owner")], Column("links", "thing"), Column("links", "team")])
of_actor = st.sampled_from([ActorValue("id"), ActorValue("team")])
constants = st.builds(lambda value: Value(value, "integer" if value is not None else ""), numbers)
operators = st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"])
actors = st.builds(
    lambda id, roles, scopes, claims: Actor(id, frozenset(roles), frozenset(scopes), claims),
    numbers,
    st.sets(st.sampled_from(["admin", "editor"])),
    st.sets(st.sampled_from(["write"])),
    st.fixed_dictionaries(
        {},
        optional={
            "team": st.sampled_from([None, 1, 2, "1", "x"]),
            "teams": st.one_of(st.none(), st.just("1 2"), st.lists(numbers, max_size=3), st.just((1,)), st.just(())),
        },
    ),
)
things = st.fixed_dictionaries({"owner": numbers, "team": numbers, "shown": st.sampled_from([None, True, False])})
links = st.lists(st.fixed_dictionaries({"thing": numbers, "team": numbers}), max_size=3)


def leaves(column: Any) -> Any:
    """Nodes without a truth below them."""
    values = st.one_of(column, of_actor, constants)
    return st.one_of(
        st.builds(Always, st.booleans()),
        st.just(SignedIn()),
        st.builds(Role, st.sampled_from(["admin", "editor"])),
        st.builds(Scope, st.just("write")),
        st.just(Column("things", "shown")),
        st.builds(Compare, operators, values, values),
        st.builds(IsNull, values),
        st.builds(lambda value, options: In(value, tuple(options)), values, st.lists(values, max_size=3)),
        st.builds(InClaim, st.one_of(column, constants), st.just("teams")),
        st.sampled_from([Value(None), Value(True, "boolean"), Value(False, "boolean")]),
    )


def trees(column: Any) -> Any:
    """Policies of any shape."""
    return st.recursive(
        leaves(column),
        lambda part: st.one_of(
            st.builds(Not, part),
            st.builds(lambda parts: All(tuple(parts)), st.lists(part, max_size=3)),
            st.builds(lambda parts: Any_(tuple(parts)), st.lists(part, max_size=3)),
        ),
        max_leaves=8,
    )


policies = st.one_of(
    trees(columns),
    st.builds(
        lambda policy, inner, negated: All((policy, Not(inner) if negated else inner)),
        trees(columns),
        st.builds(lambda where: Exists("links", "links", where), trees(inner_columns)),
        st.booleans(),
    ),
)


@pytest.mark.requirement("A3.18", "A3.20")
@settings(max_examples=1500, deadline=None)
@given(policies, st.lists(actors, min_size=1, max_size=4), things, links)
def test_what_is_decided_allows_what_the_policy_allows(
    policy: Node, callers: list[Actor], thing: dict[str, Any], linked: list[dict[str, Any]]
) -> None:
    decider = Decider(policy)
    for actor in callers:  # one decider for all of them: decisions are remembered
        world = World(actor, NOW, {"things": [thing], "links": linked})
        decision = decider.decide(actor)
        allowed = truth(policy, {"things": thing}, world) is True
        assert (truth(decision.condition, {"things": thing}, world) is True) == allowed
        assert decision.is_yes == (decision.condition == ANYONE)
        assert decision.is_no == (decision.condition == NOBODY)
        about_actors = (SignedIn, Role, Scope)
        assert not any(isinstance(node, about_actors) for node in decision.condition.walk())
        assert Value(None) not in outside_values(decision.condition)


def outside_values(node: Node) -> list[Node]:
    """The nodes that stand where a truth stands."""
    found = [node]
    for child in node.children() if isinstance(node, All | Any_ | Not | Exists) else ():
        found += outside_values(child)
    return found


@settings(max_examples=300, deadline=None)
@given(policies, actors, actors)
def test_equal_numbers_mean_equal_conditions(policy: Node, one: Actor, other: Actor) -> None:
    decider = Decider(policy)
    first, second = decider.decide(one), decider.decide(other)
    assert (first.number == second.number) == (first.condition == second.condition)
    assert decider.decide(one) == first


@pytest.mark.parametrize(
    "policy, actor, condition",
    [
        (Compare("eq", OWN, ActorValue()), Actor(), NOBODY),
        (Not(Compare("eq", OWN, ActorValue())), Actor(), NOBODY),
        (Not(Compare("eq", OWN, ActorValue())), Actor(1), Not(Compare("eq", OWN, ActorValue()))),
        (Not(Any_((Compare("eq", OWN, Value(1, "integer")), Compare("eq", OWN, ActorValue())))), Actor(), NOBODY),
        (IsNull(ActorValue()), Actor(), ANYONE),
        (Not(IsNull(ActorValue())), Actor(), NOBODY),
        (InClaim(OWN, "teams"), Actor(1), NOBODY),
        (Not(InClaim(OWN, "teams")), Actor(1), NOBODY),
        (Not(InClaim(OWN, "teams")), Actor(1, claims={"teams": "1,2"}), NOBODY),
        (InClaim(OWN, "teams"), Actor(1, claims={"teams": ()}), NOBODY),
        (Not(InClaim(OWN, "teams")), Actor(1, claims={"teams": []}), ANYONE),
        (InClaim(OWN, "teams"), Actor(1, claims={"teams": [1]}), InClaim(OWN, "teams")),
        (In(OWN, ()), Actor(1), NOBODY),
        (Not(In(OWN, ())), Actor(1), ANYONE),
        (Not(In(OWN, (Value(None),))), Actor(1), NOBODY),
        (Not(In(OWN, (Value(1, "integer"), ActorValue()))), Actor(), Not(In(OWN, (Value(1, "integer"), ActorValue())))),
        (Compare("eq", CLAIM, Value("red", "text")), Actor(1, claims={"team": "red"}), ANYONE),
        (Compare("eq", CLAIM, Value("red", "text")), Actor(1, claims={"team": "blue"}), NOBODY),
        (Not(Compare("eq", CLAIM, Value("red", "text"))), Actor(1), NOBODY),
        (Compare("gte", CLAIM, Value(3, "integer")), Actor(1, claims={"team": "4"}), ANYONE),
        (Exists("links", "links", Compare("eq", Column("links", "thing"), ActorValue())), Actor(), NOBODY),
        (Not(Exists("links", "links", Compare("eq", Column("links", "thing"), ActorValue()))), Actor(), ANYONE),
        (Compare("lt", Column("things", "made"), Now(-5)), Actor(), Compare("lt", Column("things", "made"), Now(-5))),
    ],
)
def test_a_decision_is_as_short_as_it_can_be(policy: Node, actor: Actor, condition: Node) -> None:
    assert Decider(policy).decide(actor).condition == condition


def test_decisions_of_a_list_are_not_those_of_an_empty_one() -> None:
    decider = Decider(InClaim(OWN, "teams"))
    assert decider.decide(Actor(1, claims={"teams": (1,)})).condition == InClaim(OWN, "teams")
    assert decider.decide(Actor(1, claims={"teams": ()})).is_no
    assert decider.decide(Actor(1)).is_no


class Meeting(Decider):
    """Waits, before a number is taken, for another thread that has got as far."""

    met = Barrier(2, timeout=0.3)

    def number(self, truth: Node) -> Decision:
        decision = super().number(truth)
        with suppress(BrokenBarrierError):
            self.met.wait()
        return decision


def test_two_threads_never_give_one_number_to_two_conditions() -> None:
    decider = Meeting(All((Any_((Role("boss"), Compare("eq", OWN, ActorValue("id")))), Compare("eq", OWN, Value(1)))))
    with ThreadPoolExecutor(2) as threads:
        boss, other = threads.map(decider.decide, (Actor(1, roles=frozenset({"boss"})), Actor(2)))
    assert boss.condition != other.condition
    assert boss.number != other.number
