"""The table of paths by itself."""

from __future__ import annotations

import pytest

from mainstay.projections.rest.routes import Table


@pytest.fixture
def table() -> Table:
    """Literals beside parameters at several depths."""
    table = Table()
    for method, path in [
        ("GET", "/a"),
        ("GET", "/a/{x}"),
        ("PUT", "/a/{x}"),
        ("POST", "/a/new"),
        ("GET", "/a/{x}/b"),
        ("GET", "/a/{x}/{y}"),
        ("GET", "/{z}/only/b"),
    ]:
        table.add(path, method, f"{method} {path}")
    return table


@pytest.mark.parametrize(
    "method,path,endpoint,key",
    [
        ("GET", "/a", "GET /a", ()),
        ("GET", "/a/1", "GET /a/{x}", ("1",)),
        ("POST", "/a/new", "POST /a/new", ()),
        ("PUT", "/a/new", "PUT /a/{x}", ("new",)),
        ("GET", "/a/1/b", "GET /a/{x}/b", ("1",)),
        ("GET", "/a/1/c", "GET /a/{x}/{y}", ("1", "c")),
        ("GET", "/q/only/b", "GET /{z}/only/b", ("q",)),
        ("GET", "/a/only/b", "GET /a/{x}/b", ("only",)),
    ],
)
def test_the_most_literal_path_with_the_method_is_found(
    table: Table, method: str, path: str, endpoint: str, key: tuple[str, ...]
) -> None:
    found = table.find(path, method)
    assert found is not None
    assert (found.methods[method], found.key) == (endpoint, key)


@pytest.mark.parametrize("path", ["/", "", "/b", "/a/", "/a//b", "/a/1/", "/a/1/2/3", "/A"])
def test_what_is_not_there_is_not_found(table: Table, path: str) -> None:
    assert table.find(path, "GET") is None


def test_the_methods_of_every_path_that_matches_are_allowed(table: Table) -> None:
    assert table.allowed("/a/new") == ("GET", "POST", "PUT")
    found = table.find("/a/new", "DELETE")
    assert found is not None
    assert "DELETE" not in found.methods


def test_a_literal_that_cannot_be_a_key_is_none() -> None:
    table = Table()
    table.add("/notes/{id}", "PUT", "replace", {"id": "uuid"})
    table.add("/notes/count", "GET", "count")
    table.add("/pages/{page}", "PUT", "replace", {"page": "int64"})
    table.add("/pages/count", "GET", "count")
    table.add("/pages/7", "GET", "the seventh")
    assert table.allowed("/notes/count") == table.allowed("/pages/count") == ("GET",)
    for path in ("/notes/count", "/pages/count"):
        found = table.find(path, "PUT")
        assert found is not None
        assert (found.methods, found.key) == ({"GET": "count"}, ())
    assert table.allowed("/pages/7") == ("GET", "PUT")
    assert table.allowed("/notes/counts") == ("PUT",), "which its key alone can tell"


def test_a_literal_that_leads_nowhere_by_itself_is_a_key_as_any_other() -> None:
    table = Table()
    for method in ("GET", "PUT"):
        table.add("/notes/{id}", method, "row", {"id": "uuid"})
    table.add("/notes/stats/daily", "GET", "daily")
    assert table.allowed("/notes/stats") == table.allowed("/notes/nope") == ("GET", "PUT")
