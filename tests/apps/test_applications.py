"""The applications that all tests use have in them what there is."""

from __future__ import annotations

import pytest

from mainstay import compiler, kinds
from mainstay.operation import Application
from mainstay.policy import tree
from tests.apps import everything, foreign

OUTSIDE = {"opaque", "given"}
"""Nodes that no policy of these applications has: the proof cannot follow the one, filters alone have the other.

What is worked out is of computed fields, which `tests/apps/reviews.py` has.
"""


@pytest.fixture(scope="module")
def whole() -> Application:
    """The application with everything in it."""
    return compiler.compile(everything.RESOURCES).application


def nodes(application: Application) -> set[str]:
    """The words of all nodes in all policies."""
    policies = [operation.policy for operation in application.operations]
    for resource in application.resources:
        policies += [
            resource.read,
            *(field.read for field in resource.fields),
            *(field.write for field in resource.fields),
        ]
    return {node.word for policy in policies for node in policy.walk()}


def test_a_field_of_every_kind_is_there_with_and_without_null(whole: Application) -> None:
    every = {kind.name for kind in kinds.ALL}
    samples, blanks = whole.resource("samples").fields, whole.resource("blanks").fields
    assert {field.kind for field in samples} == every
    assert {field.kind for field in blanks} == every - {"integer_key"} | {"uuid"}
    assert {field.nullable for field in samples} == {False}
    assert {field.nullable for field in blanks if field.name != "id"} == {True}


def test_every_operator_is_there(whole: Application) -> None:
    operators = {operator for kind in kinds.ALL for operator in kind.operators}
    assert {
        operator for resource in whole.resources for filter_ in resource.filters for operator in filter_.operators
    } == (operators)


def test_every_node_of_the_closed_set_is_in_a_policy(whole: Application) -> None:
    worked_out = {word for word, node in tree.NODES.items() if node in (*tree.WORKED_OUT, tree.Source)}
    assert nodes(whole) == set(tree.NODES) - OUTSIDE - worked_out


def test_filters_reach_over_one_relation_over_two_and_over_a_link(whole: Application) -> None:
    steps = {
        filter_.name: sum(len(whole.table(table).relation(name).steps) for table, name in path(whole, filter_))
        for filter_ in whole.resource("documents").filters
        if filter_.relations
    }
    assert steps == {"folder.name": 1, "folder.team.name": 2, "labels.word": 2}


def path(application: Application, filter_: object) -> list[tuple[str, str]]:
    """Table and relation of each step of a filter of documents."""
    found, table = [], "documents"
    for name in getattr(filter_, "relations", ()):
        found.append((table, name))
        table = application.table(table).relation(name).target
    return found


def test_one_model_has_two_resources_and_includes_name_theirs(whole: Application) -> None:
    assert [resource.name for resource in whole.resources_of("users")] == ["users", "public_users"]
    includes = {one.name: one.resource for one in whole.resource("documents").includes if not one.embedded}
    assert includes == {"folder": "folders", "author": "public_users", "reviewer": "public_users", "labels": "labels"}


def test_tables_of_somebody_else_are_used_as_they_are() -> None:
    application = compiler.compile(foreign.RESOURCES).application
    artist = application.resource("artists")
    assert {field.name: field.column for field in artist.fields} == {
        "id": "ArtistId",
        "name": "Name",
        "rating": "Rating",
    }
    assert application.table("Stock").references[1].columns == ("Shop", "Place")
    assert application.resource("tracks").field("medium").form.choices == ("vinyl", "file")
