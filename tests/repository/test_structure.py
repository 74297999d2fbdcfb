"""How the source is laid out, where a linter has no rule for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mainstay"
MODULES = sorted(SOURCE.rglob("*.py"))
NAMELESS = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc", "shared"}
LONGEST = 500
FORM = re.compile(
    r"# .+\n\nStatus: .+\nArea: .+\n(Source: .+\n)?\n## Decision\n(.*\n)+## Consequences\n(.*\n)+", re.MULTILINE
)
"""Of a decision."""

IMPORTS_WHEN_USED = {
    "cli": "each command loads its own module, so that `serve` imports no more than it serves with",
}
"""Folders and modules (without .py, from src/mainstay) that may import inside a function, and why."""

ASKS_THE_MACHINE = {
    "clock": "it is the one that asks",
    "testing/clock": "it is real until a test says otherwise",
    "migrate/history": "when a migration was run, by whoever runs commands",
    "migrate/make": "the day on which a file was written",
    "proofs/access/rows": "a proof's own present",
}
"""Modules (without .py, from src/mainstay) that ask the machine what day it is, and why they do not ask `clock`."""
PRESENT = re.compile(r"\bdatetime\.(now|utcnow|today)\b|\bdate\.today\b|\btime\.time\b")


def _name(module: Path) -> str:
    return module.relative_to(SOURCE).with_suffix("").as_posix()


def _imports_in_functions(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (inner.lineno for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom))


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_a_module_says_what_it_is_has_a_real_name_and_fits_in_the_head(module: Path) -> None:
    text = module.read_text()
    assert ast.get_docstring(ast.parse(text)) or not text.strip(), (
        "a module begins with a sentence that says what it is"
    )
    assert not NAMELESS & set(_name(module).split("/")), "a helper lives with its only user or gets a real name"
    assert len(text.splitlines()) <= LONGEST, f"over {LONGEST} lines: it holds more than one noun"


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_imports_stand_at_the_top(module: Path) -> None:
    if any(_name(module) == place or _name(module).startswith(place + "/") for place in IMPORTS_WHEN_USED):
        return
    assert list(_imports_in_functions(ast.parse(module.read_text()))) == []


def test_the_clock_is_asked_what_time_it_is() -> None:
    mine = [module for module in MODULES if not _name(module).startswith("check/")]  # which reads the code of others
    assert {_name(module) for module in mine if PRESENT.search(module.read_text())} == set(ASKS_THE_MACHINE)


@pytest.mark.requirement("A4.19")
def test_decisions_have_their_form_and_are_numbered_once_each() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert len({record.name[:4] for record in records}) == len(records)
    for record in records:
        text = record.read_text()
        assert text.startswith(f"# {record.name[:4]} "), record
        assert FORM.match(text), record


def test_the_glossary_is_sorted_and_each_word_has_its_sentence() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text()
    words = re.findall(r"^\*\*([^*]+)\*\*: \S", text, re.MULTILINE)
    assert len(words) >= 20
    assert words == sorted(words, key=str.lower)


def test_every_order_for_agents_says_what_enforces_it() -> None:
    orders = re.findall(r"^- .*(?:\n  .*)*", (ROOT / "AGENTS.md").read_text(), re.MULTILINE)
    assert len(orders) >= 8
    assert [order for order in orders if "Enforced by" not in order] == []


def test_a_file_that_a_page_names_exists() -> None:
    for page in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md"):
        text = (ROOT / page).read_text()
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{page} links {target}"
