"""Writes docs/reference/requirements.md: every requirement with the tests that show it.

    python -m tests.repository.requirements            rewrites the page
    python -m tests.repository.requirements --check    fails when the page is stale or a mark names no row

The rows are docs/reference/requirements.toml; which test shows which row is what pytest collects, so that marks on
functions, classes, modules and single parameters all count.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = ROOT / "docs" / "reference" / "requirements.toml"
PAGE = ROOT / "docs" / "reference" / "requirements.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement; `answer` is the reason where it is answered by not building it."""

    id: str
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Requirements of one area, in their order."""

    id: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What holds where two sources, or a source and a standard, contradict each other."""

    id: str
    conflict: str
    holds: str


@dataclass(slots=True, eq=False)
class Marks:
    """A pytest plugin that notes which collected tests carry `@pytest.mark.requirement(..)`."""

    tests: dict[str, set[str]] = field(default_factory=dict)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        test = item.nodeid.partition("[")[0]
        for id in ids_of(item):
            self.tests.setdefault(id, set()).add(test)


def ids_of(item: pytest.Item) -> list[str]:
    """The rows that one collected test says it shows."""
    return [str(id) for mark in item.iter_markers("requirement") for id in mark.args]


def areas() -> tuple[Area, ...]:
    """Every area with its rows, from the data file."""
    data = tomllib.loads(ROWS.read_text())
    return tuple(Area(area["id"], area["title"], tuple(Row(**row) for row in area["rows"])) for area in data["area"])


def decisions() -> tuple[Decision, ...]:
    """The decisions K1 and on, from the data file."""
    return tuple(Decision(**decision) for decision in tomllib.loads(ROWS.read_text())["decision"])


def unknown(ids: Iterable[str]) -> list[str]:
    """One sentence for each id that is no row, with the nearest that is."""
    known = [row.id for area in areas() for row in area.rows]
    sentences = []
    for id in sorted(set(ids) - set(known)):
        near = difflib.get_close_matches(id, known, n=1)
        sentences.append(f"no requirement {id!r}" + (f"; did you mean {near[0]}?" if near else ""))
    return sentences


def collect() -> dict[str, set[str]]:
    """Row id to the tests that show it, as pytest collects them."""
    marks = Marks()
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        code = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", "--rootdir", str(ROOT)], plugins=[marks])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(f"{shown.getvalue()}\nthe tests cannot be collected, so the page cannot be written")
    return marks.tests


def page(tests: Mapping[str, set[str]]) -> str:
    """The page: a summary, a table an area, the decisions."""
    lines = [
        "# Requirements",
        "",
        "<!-- Written by `make requirements` from requirements.toml and the marks of the tests. Do not edit. -->",
        "",
        "Every concrete demand on a backend that Mainstay answers, and the tests that show it. The numbers in square",
        "brackets say which of the five role descriptions (0 to 4) make the demand. A test names its rows with",
        '`@pytest.mark.requirement("A1.05")`.',
        "",
        "| area | rows | shown by a test | answered otherwise | not yet built |",
        "|---|---:|---:|---:|---:|",
    ]
    total = [0, 0, 0, 0]
    for area in areas():
        shown = sum(row.id in tests for row in area.rows)
        answered = sum(bool(row.answer) and row.id not in tests for row in area.rows)
        counts = [len(area.rows), shown, answered, len(area.rows) - shown - answered]
        total = [sum(pair) for pair in zip(total, counts, strict=True)]
        lines.append(f"| {area.id} {area.title} | " + " | ".join(map(str, counts)) + " |")
    lines.append("| **all** | " + " | ".join(f"**{count}**" for count in total) + " |")
    for area in areas():
        lines += ["", f"## {area.id} {area.title}", "", "| row | requirement | shown by |", "|---|---|---|"]
        for row in area.rows:
            shown_by = "<br>".join(_link(test) for test in sorted(tests.get(row.id, ())))
            lines.append(f"| {row.id} | {_cell(row.text)} | {shown_by or _cell(row.answer) or 'not yet built'} |")
    lines += [
        "",
        "## Decisions",
        "",
        "Where the descriptions contradict each other, or a standard.",
        "",
        "| | conflict | what holds here |",
        "|---|---|---|",
    ]
    lines += [f"| {one.id} | {_cell(one.conflict)} | {_cell(one.holds)} |" for one in decisions()]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name}](../../{path})"


def main(arguments: list[str] | None = None) -> int:
    """Writes the page, or with --check says whether it is up to date."""
    parser = argparse.ArgumentParser(prog="python -m tests.repository.requirements", description="Writes " + PAGE.name)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the page is stale")
    check = parser.parse_args(arguments).check
    tests = collect()
    if wrong := [
        f"{sentence} (in {', '.join(sorted(tests[id]))})" for id in sorted(tests) for sentence in unknown([id])
    ]:
        print("\n".join(wrong))
        return 1
    text = page(tests)
    if not check:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        print(f"{PAGE.relative_to(ROOT)} is stale: run `make requirements`")
        return 1
    print(f"{PAGE.relative_to(ROOT)}: {len(tests)} of {sum(len(area.rows) for area in areas())} rows shown by a test")
    return 0


if __name__ == "__main__":
    sys.exit(main())
