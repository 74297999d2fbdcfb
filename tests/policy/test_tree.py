"""Policies go to JSON and back, and nothing else comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mainstay.policy import tree
from mainstay.policy.tree import NODES, Node, from_json, to_json

COLUMN = tree.Column("recipes", "author_id")
EXAMPLES: dict[str, Node] = {
    "always": tree.Always(False),
    "signed_in": tree.SignedIn(),
    "role": tree.Role("admin"),
    "scope": tree.Scope("recipes:write"),
    "all": tree.All((tree.SignedIn(), tree.Role("admin"))),
    "any": tree.Any_((tree.SignedIn(), tree.Not(tree.Role("admin")))),
    "not": tree.Not(tree.SignedIn()),
    "compare": tree.Compare("eq", COLUMN, tree.ActorValue()),
    "is_null": tree.IsNull(COLUMN),
    "in": tree.In(COLUMN, (tree.Value("a", "text"), tree.Value(None))),
    "in_claim": tree.InClaim(COLUMN, "teams"),
    "exists": tree.Exists("likes", "likes_2", tree.Compare("eq", tree.Column("likes_2", "recipe_id"), COLUMN)),
    "opaque": tree.Opaque("recipes.title ~ 'x'", "a regular expression"),
    "column": COLUMN,
    "given": tree.Given(),
    "actor": tree.ActorValue("team"),
    "value": tree.Value(1.5, "float"),
    "now": tree.Now(-86400.0),
    "source": tree.Source("likes", "likes_2"),
    "aggregate": tree.Aggregate("count", COLUMN, (tree.Source("likes", "likes"),), tree.ANYONE, distinct=True),
    "arithmetic": tree.Arithmetic("over", COLUMN, tree.Value(2, "integer")),
    "coalesce": tree.Coalesce((COLUMN, tree.Value(0, "integer"))),
    "case": tree.Case((tree.IsNull(COLUMN),), (tree.Value("a", "text"),), tree.Value(None)),
}


def test_every_node_has_an_example() -> None:
    assert {word: type(node) for word, node in EXAMPLES.items()} == NODES


@pytest.mark.parametrize("word", EXAMPLES)
def test_to_json_and_back(word: str) -> None:
    text = json.dumps(to_json(EXAMPLES[word]), allow_nan=False)
    assert from_json(json.loads(text)) == EXAMPLES[word]
    assert json.loads(text)["is"] == word


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"is": "sql", "text": "1=1"},
        {"is": "role", "nam": "admin"},
        {"is": "role", "name": 5},
        {"is": "always", "allowed": 1},
        {"is": "all", "parts": {"is": "always"}},
        {"is": "all", "parts": ["always"]},
        {"is": "not", "part": True},
        {"is": "compare", "operator": "like", "left": {"is": "now"}, "right": {"is": "now"}},
        {"is": "compare", "operator": "eq", "left": {"is": "now"}},
        {"is": "arithmetic", "sign": "mod", "left": {"is": "now"}, "right": {"is": "now"}},
        {"is": "aggregate", "function": "median", "value": {"is": "now"}, "sources": [], "where": {"is": "always"}},
        {"is": "value", "value": [1]},
        {"is": "value", "value": {"is": "now"}},
        [],
        None,
        "always",
    ],
)
def test_what_is_not_of_the_closed_set_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="policy node"):
        from_json(wrong)


def test_any_and_all_leave_out_what_changes_nothing() -> None:
    role, known = tree.Role("a"), tree.SignedIn()
    assert tree.any_of(role, tree.any_of(known, role), tree.NOBODY) == tree.Any_((role, known))
    assert tree.any_of(role, tree.ANYONE) == tree.ANYONE
    assert tree.any_of() == tree.NOBODY
    assert tree.all_of(role, tree.all_of(known, role), tree.ANYONE) == tree.All((role, known))
    assert tree.all_of(role, tree.NOBODY) == tree.NOBODY
    assert tree.all_of() == tree.ANYONE
