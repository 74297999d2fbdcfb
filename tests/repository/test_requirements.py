"""The rows of requirements.toml, and the marks that name them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.repository.requirements import Marks, areas, decisions, ids_of, page, unknown


def test_every_mark_names_a_requirement_that_exists(request: pytest.FixtureRequest) -> None:
    assert unknown(id for item in request.session.items for id in ids_of(item)) == []


def test_no_row_was_lost_or_numbered_twice() -> None:
    rows = [row.id for area in areas() for row in area.rows]
    assert len(rows) == len(set(rows)) == 265
    assert all(re.fullmatch(rf"{area.id}\.\d\d", row.id) for area in areas() for row in area.rows)
    assert [decision.id for decision in decisions()] == [f"K{number}" for number in range(1, 15)]


def test_a_mark_that_names_nothing_is_told_the_nearest_row() -> None:
    assert unknown(["A1.05", "A1.050"]) == ["no requirement 'A1.050'; did you mean A1.05?"]


def test_marks_on_functions_classes_modules_and_parameters_count(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers = requirement\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(
        test_marked="""
        import pytest

        pytestmark = pytest.mark.requirement("A1.01")

        @pytest.mark.requirement("A1.02")
        class TestThings:
            @pytest.mark.requirement("A1.03", "A1.04")
            @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.requirement("A1.05"))])
            def test_one(self, n): ...

        def test_two(): ...
        """
    )
    marks = Marks()
    pytester.inline_run("--collect-only", "-p", "no:cacheprovider", plugins=[marks])
    one, two = "test_marked.py::TestThings::test_one", "test_marked.py::test_two"
    assert marks.tests == {
        "A1.01": {one, two},
        "A1.02": {one},
        "A1.03": {one},
        "A1.04": {one},
        "A1.05": {one},
    }


def test_the_page_has_every_row_and_says_what_is_not_yet_built() -> None:
    text = page({"A1.05": {"tests/rest/test_put.py::test_put_replaces"}})
    lines = dict(re.findall(r"^\| (A\d+\.\d\d) \|(.*)$", text, re.MULTILINE))
    assert len(lines) == 265
    assert "[test_put_replaces](../../tests/rest/test_put.py)" in lines["A1.05"]
    assert sum(line.endswith("| not yet built |") for line in lines.values()) == 264 - _answered()
    assert "| **all** | **265** | **1** |" in text


def _answered() -> int:
    return sum(bool(row.answer) and row.id != "A1.05" for area in areas() for row in area.rows)


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    lock = (Path(__file__).parents[2] / "requirements.lock").read_text()
    assert "://" not in lock
    for requirement in re.split(r"\n(?=[a-z0-9])", lock):
        assert "==" in requirement.splitlines()[0]
        assert "--hash=sha256:" in requirement
