"""The command `mainstay check`, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mainstay.cli import app

CALL = 'import requests\n\n\ndef rate():\n    return requests.get("https://rates.example")\n'


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(CALL)
    return tmp_path


def check(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return answer.exit_code, answer.output


def test_it_ends_with_1_where_something_bad_is_sure(program: Path) -> None:
    status, text = check(program)
    assert status == 1
    assert "call-without-timeout" in text


def test_the_threshold_decides(program: Path) -> None:
    assert check(program, "--confidence", "proven")[0] == 0
    (program / "pyproject.toml").write_text('[tool.mainstay.check]\nignore = ["call-without-timeout"]\n')
    assert check(program)[0] == 0


@pytest.mark.parametrize("form", ["html", "markdown", "json", "sarif", "github"])
def test_each_form_is_written_to_a_file(program: Path, form: str) -> None:
    output = program / "report"
    assert check(program, "--format", form, "--output", output)[0] == 1
    assert "without a time-out" in output.read_text()


def test_the_checklist_has_forty_items(program: Path) -> None:
    _, text = check(program, "--checklist")
    assert "External calls have timeouts" in text
    assert "ask: Can the business rules be called, and tested, without a request?" in " ".join(text.split())


def test_a_baseline_is_written_and_used(program: Path) -> None:
    file = program / "known.json"
    assert check(program, "--baseline", file, "--write-baseline") == (0, "1 finding is known now\n")
    assert check(program, "--baseline", file)[0] == 0
    assert json.loads(file.read_text())["findings"][0]["rule"] == "call-without-timeout"


def test_a_page_is_printed(program: Path) -> None:
    status, text = check("--explain", "n-plus-one")
    assert status == 0
    assert "# A statement for each row" in text


@pytest.mark.parametrize(
    "arguments,words",
    [
        ([], "say what is to be checked"),
        (["--explain", "nothing"], "there is no rule 'nothing'"),
        ([".", "--since", "nowhere"], "nowhere"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(arguments: list[str], words: str) -> None:
    status, text = check(*arguments)
    assert status == 2
    assert words in text
