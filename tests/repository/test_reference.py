"""The pages of docs/reference: each is what the source makes it, and nothing that callers rely on is missing."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import mainstay
from mainstay import events, kinds
from mainstay.projections.rest.failure import phrase_of
from mainstay.settings import Settings
from tests.repository.reference import command_line, errors, public_api
from tests.repository.reference.__main__ import REFERENCE, ROOT, WRITTEN, main

SOURCE = ROOT / "src" / "mainstay"
TELL = {"Detail", "add", "unknown", "details"}
"""Functions whose second argument is the code of a detail."""
WORDS = re.compile(r"[a-z]+(_[a-z]+)*")


def sections(page: str) -> dict[str, str]:
    """The text under each heading of a page."""
    parts = re.split(r"^#{2,4} (.+)\n", (REFERENCE / page).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def codes_of_details() -> Iterator[str]:
    """The codes that the source gives to details, where they are written as they are."""
    for module in SOURCE.rglob("*.py"):
        if module.is_relative_to(SOURCE / "check"):
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and len(node.args) >= 3:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                code = node.args[1]
                if name in TELL and isinstance(code, ast.Constant) and WORDS.fullmatch(str(code.value)):
                    yield str(code.value)


@pytest.mark.requirement("A12.01")
@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_page_says_what_the_source_does(path: Path) -> None:
    text = WRITTEN[path]()
    assert text.strip()
    assert path.read_text() == text, f"{path.name} is stale: run `make fix` and read the difference"


def test_the_command_that_writes_the_pages_finds_a_stale_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ROOT / "docs" / "reference" / "settings.md"
    assert main(["--check"]) == 0
    monkeypatch.setitem(WRITTEN, page, lambda: "another text")
    assert main(["--check"]) == 1
    assert "docs/reference/settings.md is stale" in capsys.readouterr().out
    assert page.read_text() != "another text"


def test_every_setting_stands_with_its_default() -> None:
    rows = [line for line in (REFERENCE / "settings.md").read_text().splitlines() if line.startswith("| `MAINSTAY_")]
    assert len(rows) == len(Settings.model_fields)
    assert any(row.startswith("| `MAINSTAY_POOL_SIZE` | whole number, at least 1 | `20` | ") for row in rows)
    assert all(row.rstrip(" |").count(" | ") == 3 for row in rows), "a setting has no docstring"


@pytest.mark.requirement("A8.02")
def test_every_error_says_when_it_is_told_and_what_to_do() -> None:
    texts = tomllib.loads(errors.TEXTS.read_text())
    assert set(texts) - {"details"} == {one.code for one in errors.CLASSES}
    pages = {path.stem: path.read_text() for path in (REFERENCE / "errors").iterdir()}
    assert set(pages) == {one.code for one in errors.CLASSES}, "each code has a page, and nothing else"
    index = (REFERENCE / "errors.md").read_text()
    for one in errors.CLASSES:
        assert "**When.** " in pages[one.code]
        assert "**What to do.** " in pages[one.code]
        assert f"| status | {one.status} {phrase_of(one.status)} |" in pages[one.code]
        assert f"[{one.code}](errors/{one.code}.md)" in index


def test_every_code_of_a_detail_is_explained() -> None:
    explained = set(tomllib.loads(errors.TEXTS.read_text())["details"])
    assert len(explained) > 20
    assert set(codes_of_details()) == explained


def test_every_kind_and_every_event_is_there() -> None:
    assert {kind.name for kind in kinds.ALL} == set(sections("kinds.md"))
    assert {event.__name__ for event in get_args(events.Event)} == set(sections("events.md"))


@pytest.mark.parametrize("page", ["events.md", "public-names.md", "kinds.md"])
def test_every_part_has_a_sentence(page: str) -> None:
    rows = re.findall(r"^\| `.+\|$", (REFERENCE / page).read_text(), re.MULTILINE)
    assert len(rows) > 10
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_command_argument_and_option_is_there_with_its_help() -> None:
    shown = sections("command-line.md")
    assert len(shown) == len(command_line.commands()) >= 15
    for path, command in command_line.commands():
        assert command.help, path
        for one in [*command_line.arguments(command), *command_line.options(command)]:
            assert one.help, f"{path}: {one.name}"
            assert f"`{one.opts[0] if one.param_type_name == 'option' else command_line.words(one)}`" in shown[path]


def test_every_public_name_is_there_once_and_says_what_it_is() -> None:
    grouped = [name for names in public_api.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(mainstay.__all__)
    shown = sections("public-names.md")
    for name in grouped:
        said = re.sub(r"```python\n.*?```", "", shown[name], flags=re.DOTALL)
        assert len(said.strip()) > 20, name


def test_the_public_names_and_their_signatures_change_on_purpose() -> None:
    assert public_api.face() == (ROOT / "tests" / "snapshots" / "public_names.txt").read_text(), (
        "what users import has changed: read the difference, tell of it in CHANGELOG.md, then `make fix`"
    )
