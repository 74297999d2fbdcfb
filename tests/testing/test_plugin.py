"""The plugin of pytest's: what it says where it is told nothing, or something wrong."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from mainstay import pytest_plugin
from tests.testing import library

QUIETLY = ("-p", "no:cacheprovider", "-p", "no:asyncio")
HEAVY = ["mainstay.app", "httpx2", "fastapi", "sqlalchemy"]
TESTS = """
def test_one(client):
    raise AssertionError("this is not reached")
"""


@pytest.mark.requirement("A9.06")
def test_pytest_finds_it_by_itself() -> None:
    (found,) = entry_points(group="pytest11", name="mainstay")
    assert found.value == "mainstay.pytest_plugin"


def test_a_run_that_needs_no_application_imports_none() -> None:
    printed = python("import sys, mainstay.pytest_plugin\nprint([name for name in HEAVY if name in sys.modules])")
    assert printed == "[]\n"


def test_that_no_application_is_named_is_told_with_what_to_write(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_inprocess(*QUIETLY)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*no application is named for the tests*", '*mainstay_app = "shop.app:app"*'])


@pytest.mark.parametrize(
    "target, said",
    [
        ("nowhere.app:app", r"'nowhere.app:app': there is no module nowhere; pythonpath = \["),
        ("tests.testing.library:other", "other is a NoneType, not a Mainstay"),
        ("tests.testing.library:OPENED", "OPENED is a list, not a Mainstay"),
    ],
)
def test_an_application_that_cannot_be_found_is_told(target: str, said: str) -> None:
    with pytest.raises(pytest.UsageError, match=said):
        pytest_plugin.named(target)
    assert pytest_plugin.named("tests.testing.library") is library.app


def test_the_command_line_chooses_among_the_kinds_that_a_test_is_for() -> None:
    both = ["sqlite", "postgresql"]
    assert pytest_plugin.chosen(None, None, []) == ["sqlite"]
    assert pytest_plugin.chosen(None, None, both) == both
    assert pytest_plugin.chosen(both, None, []) == both
    assert pytest_plugin.chosen(["sqlite"], both, []) == ["sqlite"]
    assert pytest_plugin.chosen(["sqlite"], ["postgresql"], both) == []
    assert pytest_plugin.chosen(None, ["postgresql"], ["sqlite"]) == ["postgresql"]


def test_a_kind_of_database_that_there_is_not_is_told(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_inprocess(*QUIETLY, "--mainstay-databases=sqlite,oracle")
    done.stdout.fnmatch_lines_random(["*there is no kind of database called 'oracle'; there are sqlite and *"])


def test_what_is_not_installed_is_told_with_what_brings_it() -> None:
    program = (
        "import sys, pytest, mainstay.pytest_plugin\n"
        "sys.modules['httpx2'] = None\n"
        "try:\n    mainstay.pytest_plugin.testing()\n"
        "except pytest.UsageError as error:\n    print(error)\n"
    )
    said = "the fixtures of Mainstay need httpx2, which is not installed: pip install 'mainstay[testing]'\n"
    assert python(program) == said


def python(program: str) -> str:
    """What a program prints."""
    words = [sys.executable, "-c", f"HEAVY = {HEAVY}\n{program}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
