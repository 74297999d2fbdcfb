"""`mainstay call`: what a line means, what it prints for programs and for people, and how it ends."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from mainstay.cli.call import app
from mainstay.projections.command import Outcome
from mainstay.projections.command.show import show

APP = """
from mainstay import Actions, Mainstay, action, anyone
from mainstay.actor import Actor
from mainstay.errors import Unauthenticated
from tests.app.kitchen import ACTORS, Dishes, Tokens


class People(Tokens):
    async def find(self, name: str) -> Actor:
        if name not in ACTORS:
            raise Unauthenticated("Nobody is called that.")
        return ACTORS[name]


class Ovens(Actions):
    path = "/ovens"

    @action(allow=anyone)
    async def break_down(self) -> None:
        '''Breaks.'''
        raise ZeroDivisionError


app = Mainstay(resources=[Dishes, Ovens], identity=People())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an application on an empty database."""
    (tmp_path / "oven_app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "oven_app", raising=False)
    monkeypatch.setenv("MAINSTAY_DATABASE_URL", f"sqlite:///{tmp_path}/called.db")
    monkeypatch.setenv("MAINSTAY_APP", "oven_app:app")
    return tmp_path


def call(*words: str, given: str | None = None) -> Result:
    """One run of the command."""
    return CliRunner().invoke(app, list(words), input=given)


def told(*words: str, given: str | None = None) -> tuple[int, Any]:
    """The exit code and the document of one run."""
    done = call(*words, given=given)
    return done.exit_code, json.loads(done.stdout) if done.stdout else None


def test_a_row_is_made_read_changed_and_deleted_from_the_command_line(folder: Path) -> None:
    status, made = told("dishes.create", "slug=soup", "title=Lentil soup", "served:=true", "--as", "anna")
    assert (status, made["data"]["title"], made["data"]["served"], made["version"]) == (0, "Lentil soup", True, "1")
    status, listed = told("oven_app:app", "dishes.list", "served=true", "fields=slug", "count=exact")
    assert (status, listed["data"], listed["meta"]["total"]) == (0, [{"slug": "soup"}], 1)
    change = ("dishes.update", "soup", "title=Stew", "--token", "anna")
    assert told(*change, "--if-match", "7")[1]["error"]["code"] == "PRECONDITION_FAILED"
    assert told(*change, "--if-match", "1")[1]["data"]["title"] == "Stew"
    assert told("dishes.delete", "soup", "--as", "anna") == (0, None)
    assert told("dishes.get", "soup")[0] == 4


def test_a_whole_body_comes_from_a_file_or_the_standard_input(folder: Path) -> None:
    (folder / "body.json").write_text('{"slug": "one", "title": "One"}')
    assert told("dishes.create", "--body", "body.json", "--as", "anna")[1]["data"]["slug"] == "one"
    two = '{"slug": "two", "title": "Two"}'
    assert told("dishes.create", "--body", "-", "--as", "anna", given=two)[1]["data"]["slug"] == "two"


@pytest.mark.parametrize(
    "words, code",
    [
        (("dishes.create", "slug=soup", "title=x"), "UNAUTHENTICATED"),
        (("dishes.create", "slug=soup", "title=x", "--token", "nobody"), "UNAUTHENTICATED"),
        (("dishes.list", "servd=true"), "VALIDATION_ERROR"),
        (("dishes.get", "none"), "NOT_FOUND"),
    ],
)
def test_a_refusal_is_a_document_and_ends_with_4(folder: Path, words: tuple[str, ...], code: str) -> None:
    status, document = told(*words)
    assert (status, document["error"]["code"]) == (4, code)


@pytest.mark.parametrize(
    "words, said",
    [
        (("dishes.lst",), "did you mean dishes.list?"),
        (("oven_app:app",), "names no operation"),
        (("dishes.get",), "dishes.get takes slug first, and nothing is given"),
        (("dishes.list", "soup"), "is not name=value"),
        (("dishes.create", "slug=a", "served=maybe"), "served: 'maybe' is not"),
        (("dishes.create", "slug=a", "slug=b"), "given twice"),
        (("dishes.create", "--body", "none.json"), "cannot be read"),
        (("dishes.list", "--as", "anna", "--token", "anna"), "give one of them"),
        (("dishes.list", "--as", "zoe"), "Nobody is called that."),
    ],
)
def test_a_line_that_makes_no_call_ends_with_2(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_what_breaks_ends_with_5_and_says_where(folder: Path) -> None:
    done = call("ovens.break_down")
    assert (done.exit_code, done.stdout) == (5, "")
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize(
    "status, document, printed, wrong",
    [
        (200, {"data": [{"slug": "soup", "on": True}], "meta": {"limit": 1, "total": 4, "next": "abc"}},
         ["slug", "on", "soup", "true", "1 of 4", "go on with cursor=abc"], []),
        (200, {"data": [], "meta": {"limit": 1}}, ["nothing", "0"], []),
        (200, {"data": {"slug": "soup", "cook": None}, "version": "3"}, ["slug", "soup", "cook", "-", "version 3"], []),
        (200, {"data": "[bold]Hello"}, ["[bold]Hello"], []),
        (204, None, ["done"], []),
        (400, {"error": {"code": "NO", "message": "Not so.", "details": [{"field": "a", "code": "b", "message": "c"}]}},
         [], ["400 NO", "Not so.", "a c"]),
    ],
    ids=["rows", "none", "one", "text", "done", "refused"],
)  # fmt: skip
def test_people_are_shown_tables_and_sentences(
    status: int, document: Any, printed: list[str], wrong: list[str]
) -> None:
    output, errors = io.StringIO(), io.StringIO()
    outcome = Outcome(status, b"" if document is None else json.dumps(document).encode())
    show(outcome, Console(file=output, width=100), Console(file=errors, width=100))
    for text, words in ((output.getvalue(), printed), (errors.getvalue(), wrong)):
        assert bool(text) == bool(words)
        for word in words:
            assert word in text
