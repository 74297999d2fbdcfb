"""Edits of clean programs: applied once, reviewed, taken back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from benchmarks.check import mutants
from benchmarks.check.corpora import corpora
from benchmarks.check.mutants import Mutant, WrongEdit
from mainstay.check.rule import all_rules

CALL = 'import requests\n\n\ndef rate():\n    return requests.get("https://rates.example", timeout=5)\n'
SLOWER = Mutant("no time-out", "app.py", ", timeout=5", "", "call-without-timeout", {"def rate()": "def rates()"})
HARMLESS = Mutant("another time-out", "app.py", "timeout=5", "timeout=6", "call-without-timeout", missed="no fault")


def written(mutant: Mutant) -> str:
    """A mutant as it is listed."""
    parts = msgspec.to_builtins(mutant)
    beside = ", ".join(f"'{find}' = '{replaced}'" for find, replaced in parts.pop("beside").items())
    return "[[mutant]]\n" + "".join(f"{key} = '{value}'\n" for key, value in parts.items()) + f"beside = {{{beside}}}\n"


def test_an_edit_is_noticed_or_not_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.py").write_text(CALL)
    monkeypatch.setattr(mutants, "LISTED", tmp_path)
    (tmp_path / "tried.toml").write_text("".join(written(each) for each in (SLOWER, HARMLESS, SLOWER)))
    found = list(mutants.outcomes("tried", tmp_path))
    assert [each.confidence for each in found] == ["likely", "", "likely"]
    assert (tmp_path / "app.py").read_text() == CALL


def test_an_edit_whose_text_does_not_stand_there_once_is_refused() -> None:
    with pytest.raises(WrongEdit, match="stands there 2 times"):
        mutants.edited(CALL + CALL, SLOWER)


@pytest.mark.parametrize("file", sorted(mutants.LISTED.glob("*.toml")), ids=lambda file: file.stem)
def test_every_listed_edit_is_of_a_known_program_and_a_known_rule(file: Path) -> None:
    assert file.stem in {each.name for each in corpora()}
    listed = msgspec.convert(tomllib.loads(file.read_text())["mutant"], list[Mutant])
    assert {each.rule for each in listed} <= {each.name for each in all_rules()}
    assert all(each.find and each.find != each.replace for each in listed)
