"""The parts of the proof of access, each by itself."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from mainstay.actor import NOBODY as NO_ACTOR, Actor
from mainstay.compiler import compile as compiled_of
from mainstay.policy.tree import (
    ANYONE,
    NOBODY,
    ActorValue,
    All,
    Any_,
    Column,
    Compare,
    Exists,
    IsNull,
    Node,
    Not,
    Role,
    SignedIn,
    Value,
)
from mainstay.proofs.access.equivalence import implies, same
from mainstay.proofs.access.foresight import possible_truths
from mainstay.proofs.access.mutations import flat, mutants
from mainstay.proofs.access.personas import personas
from mainstay.proofs.access.report import as_json
from mainstay.proofs.access.rows import generate
from mainstay.proofs.access.sites import leaves, replaced, sites, text, with_policy
from mainstay.proofs.access.values import Values, constant
from tests.proofs.notes import RESOURCES

COMPILED = compiled_of(RESOURCES)
APPLICATION, STORAGE = COMPILED.application, COMPILED.storage
NOTES_READ = next(site for site in sites(APPLICATION) if site.name == "notes.read")
RANK = Column("note_notes", "rank")
MINE = Compare("eq", Column("note_notes", "writer_id"), ActorValue("id"))
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def test_every_policy_is_a_site_of_its_own() -> None:
    names = [site.name for site in sites(APPLICATION)]
    assert len(names) == len(set(names))
    assert "notes.thought (read field)" in names
    assert "notes.rank (write field)" in names
    assert "writers.create" not in names


def test_a_policy_is_replaced_wherever_it_is_written_down() -> None:
    changed = with_policy(APPLICATION, NOTES_READ, NOBODY)
    assert changed.resource("notes").read == NOBODY
    assert changed.operation("notes.list").policy == changed.operation("notes.get").policy == NOBODY
    assert changed.operation("notes.delete").policy == APPLICATION.operation("notes.delete").policy


def test_personas_are_those_that_the_policies_tell_apart() -> None:
    assert [persona.name for persona in personas(APPLICATION, STORAGE)] == [
        "nobody",
        "owner",
        "other",
        "admin",
        "editor",
    ]


def test_rows_are_the_same_for_the_same_seed() -> None:
    cast = personas(APPLICATION, STORAGE)
    one, other, third = [generate(APPLICATION, STORAGE, cast, seed=seed) for seed in (4, 4, 5)]

    def steady(rows: dict[str, list[dict[str, object]]]) -> list[object]:
        return [[(k, v) for k, v in row.items() if k != "until"] for table in rows.values() for row in table]

    assert steady(one.rows) == steady(other.rows)
    assert steady(one.rows) != steady(third.rows)


def test_every_mutant_is_another_policy() -> None:
    for site in sites(APPLICATION):
        made = list(mutants(site))
        assert flat(site.policy) not in [flat(mutant.policy) for mutant in made]
        assert len({flat(mutant.policy) for mutant in made}) == len(made)


def test_mutants_take_each_clause_out() -> None:
    site = replace(NOTES_READ, policy=Any_((MINE, Not(Role("admin")))))
    changes = {mutant.change for mutant in mutants(site)}
    assert "without note_notes.writer_id == actor.id" in changes
    assert "~role(admin) without its NOT" in changes
    assert "without ~role(admin)" in changes


def test_a_part_is_replaced_at_its_path() -> None:
    policy = All((SignedIn(), Exists("note_shelves", "s", All((MINE, Role("admin"))))))
    for path, leaf in leaves(policy):
        assert leaf in (SignedIn(), MINE, Role("admin")) or isinstance(leaf, Exists)
        assert replaced(policy, path, NOBODY) != policy


@pytest.mark.parametrize(
    "one, other",
    [
        (All((SignedIn(), MINE)), MINE),
        (Any_((MINE, All((MINE, Role("admin"))))), MINE),
        (All((Not(IsNull(RANK)), Compare("lt", RANK, Value(5, "integer")))), Compare("lt", RANK, Value(5, "integer"))),
        (Not(Not(MINE)), MINE),
        (Any_((ANYONE, MINE)), ANYONE),
    ],
)
def test_policies_that_allow_the_same_are_known(one: Node, other: Node) -> None:
    assert same(one, other, NOTES_READ, APPLICATION)


@pytest.mark.parametrize(
    "one, other",
    [(MINE, SignedIn()), (Role("admin"), ANYONE), (Not(IsNull(RANK)), ANYONE), (Any_((MINE, Role("a"))), MINE)],
)
def test_policies_that_differ_are_never_called_equal(one: Node, other: Node) -> None:
    assert not same(one, other, NOTES_READ, APPLICATION)


def test_what_exists_under_more_conditions_exists_under_fewer() -> None:
    more, fewer = [Exists("note_shelves", "s", All(parts)) for parts in ((MINE, Role("a")), (MINE,))]
    assert implies(more, fewer)
    assert not implies(fewer, more)


@pytest.mark.parametrize(
    "policy, actor, expected",
    [
        (MINE, NO_ACTOR, {None}),
        (MINE, Actor(1), {True, False, None}),
        (Not(MINE), NO_ACTOR, {None}),
        (All((MINE, Role("admin"))), Actor(1), {False}),
        (Compare("eq", ActorValue("plan"), Value("pro", "text")), Actor(1, claims={"plan": "free"}), {False}),
        (Any_((IsNull(RANK), SignedIn())), NO_ACTOR, {True, False}),
        (Exists("note_shelves", "s", MINE), NO_ACTOR, {False}),
    ],
)
def test_what_a_policy_could_come_to_before_a_row_is_seen(
    policy: Node, actor: Actor, expected: set[bool | None]
) -> None:
    assert possible_truths(policy, actor, NOW, constant) == expected


def test_policies_are_told_in_words() -> None:
    assert text(Any_((MINE, Not(Role("admin"))))) == "(note_notes.writer_id == actor.id | ~role(admin))"


def test_values_are_of_their_kind_and_different() -> None:
    for (table, column), kind in STORAGE.kinds.items():
        values = Values(kind)
        few = [values.different(number) for number in range(2)]
        assert few[0] != few[1], (table, column)
        assert all(values.fit(value) == value for value in few)


def test_the_whole_is_written_as_json_that_can_be_compared() -> None:
    assert json.loads(json.dumps(as_json([], []))) == {"databases": {}, "random_policies": {}}
