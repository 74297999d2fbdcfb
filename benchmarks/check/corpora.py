"""The programs of others that are measured on: where they are from, and what a person said of each finding in them."""

from __future__ import annotations

import csv
import fnmatch
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

HERE = Path(__file__).parent
R = TypeVar("R")
OURS = "mainstay"


class Corpus(msgspec.Struct, frozen=True):
    """One program; `clean` ones are taken for good, `flawed` ones were written to be broken into."""

    name: str
    repository: str
    revision: str
    kind: str
    server: list[str] = []
    """Patterns of its own files; where there are any, only findings in them count."""

    def counts(self, hit: Hit) -> bool:
        """Whether a finding is about the server's own code."""
        file = hit.place.rpartition(":")[0]
        return not self.server or any(fnmatch.fnmatchcase(file, pattern) for pattern in self.server)


class Hit(msgspec.Struct, frozen=True):
    """What a tool reported: its rule, and the place as `file:line`."""

    tool: str
    rule: str
    place: str
    severity: str = ""
    confidence: str = ""

    @property
    def sure(self) -> bool:
        """Whether the tool does not only put it up for review."""
        return self.confidence != "review"


class Said(msgspec.Struct, frozen=True):
    """What a person said of findings: those of a rule at places that a pattern fits.

    `flaw` names what is wrong there, so that two findings of one fault count once; `why` is the reason.
    """

    tool: str
    rule: str
    place: str
    true: str
    flaw: str
    why: str

    def fits(self, hit: Hit) -> bool:
        """Whether it is about a finding."""
        rule = fnmatch.fnmatchcase(hit.rule, self.rule)
        return self.tool == hit.tool and rule and fnmatch.fnmatchcase(hit.place, self.place)


class Flaw(msgspec.Struct, frozen=True):
    """A flaw that the authors of a program document: where it is, which rules are to find it, and why none does."""

    flaw: str
    places: str
    rules: str
    missed: str

    def found_by(self, hits: Iterable[Hit]) -> str:
        """The rule that finds it; empty where none does."""
        rules, places = self.rules.split(), self.places.split()
        found = (each for each in hits if each.tool == OURS and each.rule in rules)
        return next((each.rule for each in found if any(fnmatch.fnmatchcase(each.place, p) for p in places)), "")


def corpora() -> list[Corpus]:
    """Every program of the list."""
    listed = tomllib.loads((HERE / "corpora.toml").read_text())
    return [msgspec.convert({"name": name, **told}, Corpus) for name, told in listed.items()]


def judged(name: str) -> list[Said]:
    """What was said of the findings in a program, the more exact first."""
    rows = list(_rows(HERE / "judged" / f"{name}.csv", Said))
    return sorted(rows, key=lambda each: (each.place.count("*"), -len(each.place)))


def flaws(name: str) -> list[Flaw]:
    """The documented flaws of a program."""
    return list(_rows(HERE / "flaws" / f"{name}.csv", Flaw))


def _rows(file: Path, kind: type[R]) -> Iterator[R]:
    if file.exists():
        with file.open(newline="") as text:
            for row in csv.DictReader(text):
                yield msgspec.convert(row, kind)


class Count(msgspec.Struct):
    """What the findings of a rule, or of a tool, came to."""

    true: int = 0
    false: int = 0
    unknown: int = 0
    false_high: int = 0
    flaws: int = 0
    """Faults that the true ones are about: findings of one fault count once."""

    def __add__(self, other: Count) -> Count:
        return Count(
            self.true + other.true,
            self.false + other.false,
            self.unknown + other.unknown,
            self.false_high + other.false_high,
            self.flaws + other.flaws,
        )

    @property
    def precision(self) -> float | None:
        """The share of true ones; None where there is none to tell."""
        return self.true / (self.true + self.false) if self.true + self.false else None


def counted(hits: Iterable[Hit], said: list[Said]) -> tuple[Counter[str], dict[str, Count], list[Hit]]:
    """For each rule how many findings are true and false, each tool's faults, and what nobody has judged."""
    rules: dict[str, Count] = {}
    faults: dict[str, set[str]] = {}
    unknown: list[Hit] = []
    for hit in hits:
        verdict = next((each for each in said if each.fits(hit)), None)
        count = rules.setdefault(hit.rule, Count())
        if verdict is None:
            count.unknown += 1
            unknown.append(hit)
        elif verdict.true == "yes":
            count.true += 1
            faults.setdefault(hit.tool, set()).add(verdict.flaw or hit.place)
        else:
            count.false += 1
            count.false_high += hit.severity == "high"
    return Counter({tool: len(found) for tool, found in faults.items()}), rules, unknown
