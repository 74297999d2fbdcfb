"""The OWASP Benchmark for Python: many small programs, of each of which is known whether it is open to one attack.

    python -m benchmarks.check.cases FOLDER [--show CATEGORY]

FOLDER is a working tree of OWASP-Benchmark/BenchmarkPython. Only cases of odd number are read; those of even number are
kept for a later measurement, and are dropped before anything reads them. The score of a category is that of its
authors: the share of open cases that are found, less the share of safe ones that are reported.
"""

from __future__ import annotations

import argparse
import csv
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mainstay.check.finding import Finding
from mainstay.check.review import review

CLAIMED = {
    "cmdi": ("command-injection",),
    "codeinj": ("code-injection",),
    "deserialization": ("unsafe-deserialisation",),
    "hash": ("weak-hash",),
    "ldapi": ("ldap-injection",),
    "pathtraver": ("path-traversal",),
    "redirect": ("open-redirect",),
    "securecookie": ("cookie-unprotected",),
    "sqli": ("sql-injection",),
    "weakrand": ("guessable-random",),
    "xpathi": ("xpath-injection",),
    "xss": ("html-injection",),
    "xxe": ("xml-entities",),
}
"""Categories, and the rules that are to find them."""
NOT_CLAIMED = {
    "trustbound": "text of the caller that is kept in a session is no fault by itself: every form of sign-in does so",
}
"""Categories without a rule, and why."""
NAME = re.compile(r"BenchmarkTest(\d{5})\.py$")


class Category(msgspec.Struct, frozen=True):
    """What was found in the cases of one category."""

    name: str
    rules: tuple[str, ...]
    open: int
    found: int
    safe: int
    false: int

    @property
    def score(self) -> float:
        """From -1 to 1; 0 is what reporting everything, or nothing, or by chance, comes to."""
        return self.found / self.open - self.false / self.safe


@dataclass(frozen=True, slots=True)
class Case:
    """One program: its category, and whether it is open to that attack."""

    name: str
    category: str
    open: bool


def cases(folder: Path) -> list[Case]:
    """The cases of odd number, as the list of the authors tells them."""
    (listed,) = folder.glob("expectedresults-*.csv")
    with listed.open() as file:
        rows = [row for row in csv.reader(file) if row and row[0].startswith("BenchmarkTest")]
    return [Case(row[0], row[1].strip(), row[2].strip() == "true") for row in rows if is_odd(f"{row[0]}.py")]


def is_odd(name: str) -> bool:
    """Whether a file is a case of odd number, or no case."""
    found = NAME.search(name)
    return found is None or int(found.group(1)) % 2 == 1


def findings(folder: Path) -> list[Finding]:
    """What is found in the cases of odd number; the others are left out of the copy that is reviewed."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "cases"
        for file in (each for each in folder.rglob("*.py") if is_odd(each.name)):
            target = copy / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        return [each for each in review(copy).findings if each.confidence != "review"]


def reported(found: list[Finding]) -> dict[str, set[str]]:
    """For each case, the rules that found something in it."""
    out: dict[str, set[str]] = {}
    for each in found:
        out.setdefault(Path(each.place.path).stem, set()).add(each.rule)
    return out


def categories(listed: list[Case], by_case: dict[str, set[str]]) -> Iterator[Category]:
    """Every category that is claimed, counted."""
    for name, rules in CLAIMED.items():
        mine = [case for case in listed if case.category == name]
        hit = {case.name for case in mine if by_case.get(case.name, set()) & set(rules)}
        yield Category(
            name,
            rules,
            sum(case.open for case in mine),
            sum(case.open for case in mine if case.name in hit),
            sum(not case.open for case in mine),
            sum(not case.open for case in mine if case.name in hit),
        )


def score(counted: list[Category]) -> float:
    """The mean of the scores of the categories."""
    return sum(each.score for each in counted) / len(counted)


def main() -> None:
    """Reads the command line, reviews, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", help="name the cases of this category that were missed or reported wrongly")
    given = parser.parse_args()
    listed = cases(given.folder)
    by_case = reported(findings(given.folder))
    counted = list(categories(listed, by_case))
    for each in counted:
        print(
            f"{each.name:16} open {each.found:3} of {each.open:3}, safe {each.false:3} of {each.safe:3} reported,"
            f" score {each.score:+.2f}"
        )
    print(f"{'mean':16} {score(counted):+.3f} over {len(counted)} categories; not claimed: {', '.join(NOT_CLAIMED)}")
    for case in listed:
        hit = bool(by_case.get(case.name, set()) & set(CLAIMED.get(case.category, ())))
        if case.category == given.show and hit != case.open:
            print(f"{case.name} {'missed' if case.open else 'reported wrongly'}")


if __name__ == "__main__":
    main()
