"""What other tools report on the same programs, as findings of the same form.

They are no part of this repository: semgrep, bandit and ruff are run from a folder of programs (`--tools`), semgrep
with the rules of a folder (`--rules`, a working tree of semgrep/semgrep-rules). Nothing is sent anywhere.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.check.corpora import Hit

LANGUAGES = ("python", "javascript", "typescript", "java", "go", "generic")
"""Folders of semgrep's rules that are about servers' languages."""
TOOLS = ("semgrep", "bandit", "ruff")


def hits(tool: str, folder: Path, tools: Path, rules: Path) -> list[Hit]:
    """What a tool reports on a program."""
    return list({"semgrep": _semgrep, "bandit": _bandit, "ruff": _ruff}[tool](folder, tools, rules))


def version(tool: str, tools: Path) -> str:
    """Its name and version."""
    options = ["--disable-version-check"] if tool == "semgrep" else []
    answer = subprocess.run([tools / tool, "--version", *options], capture_output=True, text=True, check=True)
    return f"{tool} {answer.stdout.splitlines()[0].split()[-1]}"


def _run(command: list[str | Path]) -> Any:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(answer.stdout)


def _place(path: str, line: int, folder: Path) -> str:
    return f"{Path(path).resolve().relative_to(folder.resolve()).as_posix()}:{line}"


def _semgrep(folder: Path, tools: Path, rules: Path) -> Iterator[Hit]:
    quiet = ["--metrics", "off", "--disable-version-check", "--quiet", "--json", "--no-git-ignore"]
    configs = [part for language in LANGUAGES for part in ("--config", rules / language)]
    for each in _run([tools / "semgrep", "scan", *quiet, *configs, folder])["results"]:
        place = _place(each["path"], each["start"]["line"], folder)
        yield Hit("semgrep", each["check_id"].rpartition(".")[2], place, each["extra"]["severity"].lower())


def _bandit(folder: Path, tools: Path, rules: Path) -> Iterator[Hit]:
    for each in _run([tools / "bandit", "-q", "-r", "-f", "json", folder])["results"]:
        place = _place(each["filename"], each["line_number"], folder)
        yield Hit("bandit", each["test_id"], place, each["issue_severity"].lower())


def _ruff(folder: Path, tools: Path, rules: Path) -> Iterator[Hit]:
    options = ["--isolated", "--select", "S", "--output-format", "json", "--exit-zero", "--quiet"]
    for each in _run([tools / "ruff", "check", *options, folder]):
        yield Hit("ruff", each["code"], _place(each["filename"], each["location"]["row"], folder))
