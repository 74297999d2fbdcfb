"""`mainstay openapi`: the document on the standard output, in a file, and compared with a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mainstay.cli.doing.openapi import difference
from tests.cli.serving import APP, ROOT, command

COMMITTED = "examples/recipes/openapi.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an application."""
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def test_the_document_is_printed_or_written_and_always_the_same(folder: Path) -> None:
    printed = command(folder, "openapi", "app:app")
    assert printed.returncode == 0, printed.stderr
    document = json.loads(printed.stdout)
    assert document["info"]["title"] == "Served"
    assert "/slow" in document["paths"]
    written = command(folder, "openapi", "app:app", "--output", "openapi.json")
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    assert (folder / "openapi.json").read_text() == printed.stdout
    same = command(folder, "openapi", "app:app", "--check", "openapi.json")
    assert (same.returncode, same.stdout, same.stderr) == (0, "", "")


def test_a_file_that_says_something_else_is_told_with_the_place(folder: Path) -> None:
    document = json.loads(command(folder, "openapi", "app:app").stdout)
    del document["paths"]["/api/v1/dishes"]["get"]["responses"]["429"]
    (folder / "openapi.json").write_text(json.dumps(document))
    less = command(folder, "openapi", "app:app", "--check", "openapi.json")
    assert (less.returncode, less.stdout) == (1, "")
    place = "paths > /api/v1/dishes > get > responses > 429"
    assert less.stderr.splitlines() == [
        f"openapi.json is not what the application is: {place} is not in the file",
        "when that is meant: mainstay openapi app:app --output openapi.json",
    ]


@pytest.mark.parametrize(
    "written,told",
    [
        ({"a": {"b": 1}, "c": [1, 2]}, None),
        ({"a": {"b": 2}, "c": [1, 2]}, "a > b differs"),
        ({"a": {"b": 1}, "c": [1, 3]}, "c > 1 differs"),
        ({"a": {"b": 1}, "c": [1]}, "c differs"),
        ({"a": {"b": 1}, "c": [1, 2], "d": 1}, "d is in the file alone"),
        ({"a": {"b": 1}}, "c is not in the file"),
    ],
)
def test_the_first_difference_is_told(written: object, told: str | None) -> None:
    assert difference(written, {"a": {"b": 1}, "c": [1, 2]}) == told


@pytest.mark.parametrize(
    "words,told",
    [
        (["--check", "app.py"], "--check app.py is not JSON"),
        (["--output", "none/openapi.json"], "--output none/openapi.json cannot be written: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(folder: Path, words: list[str], told: str) -> None:
    done = command(folder, "openapi", "app:app", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_the_committed_document_of_the_example_is_what_the_example_is() -> None:
    done = command(ROOT, "openapi", "examples.recipes.app:app", "--check", COMMITTED)
    assert done.returncode == 0, f"{done.stderr}\nmake fix"


def test_how_complete_it_is_is_counted(folder: Path) -> None:
    done = command(folder, "openapi", "app:app", "--completeness")
    assert done.returncode == 0, done.stderr
    *lines, figure = done.stdout.splitlines()
    assert re.fullmatch(r"\d+\.\d % complete", figure)
    assert any(re.fullmatch(r"fields +\d+ of \d+", line) for line in lines)
    assert "missing in fields: Meal.title" in lines
    told = json.loads(command(folder, "openapi", "app:app", "--completeness", "--json").stdout)
    assert f"{told['percent']:.1f} % complete" == figure
    assert {"sort": "fields", "place": "Meal.title"} in told["missing"]
    assert f"fields {told['counts']['fields']['described']} of" in " ".join(" ".join(lines).split())
    both = command(folder, "openapi", "app:app", "--completeness", "--output", "a.json")
    assert (both.returncode, "give one of them" in both.stderr) == (2, True)
