"""Breaks clean programs of others one edit at a time, and says which are noticed: `python -m benchmarks.check.mutants`.

    python -m benchmarks.check.mutants FOLDER [--only NAME]

FOLDER holds the programs, as for `benchmarks.check`. `mutants/NAME.toml` lists the edits of one: a text that stands
once in a file, what is put in its place, and the rule that has to notice. An edit counts as found where that rule
reports something in the file that it did not report before. The figures are kept for the page.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks.check.corpora import HERE
from benchmarks.check.measure import KEPT, programs
from mainstay.check.finding import Finding
from mainstay.check.review import review

LISTED = HERE / "mutants"
LEFT_OUT = shutil.ignore_patterns(".git", "node_modules", "frontend", "*.png", "*.jpg")


class Mutant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edit: what it does, where, and the rule that has to notice it."""

    what: str
    file: str
    find: str
    replace: str
    rule: str
    beside: dict[str, str] = {}
    """What else is replaced in the file, as where an import has to be added."""
    at: str = ""
    """The file of the finding, where it is another one."""
    missed: str = ""
    """Why it is not found, where it is known not to be."""


class Outcome(msgspec.Struct, frozen=True):
    """Whether an edit was noticed, and how surely."""

    program: str
    what: str
    rule: str
    confidence: str
    missed: str


class WrongEdit(Exception):
    """The text to be replaced does not stand once in its file."""


def mutants(program: str) -> list[Mutant]:
    """The edits of one program."""
    file = LISTED / f"{program}.toml"
    return msgspec.convert(tomllib.loads(file.read_text())["mutant"], list[Mutant]) if file.exists() else []


def edited(text: str, mutant: Mutant) -> str:
    """A text with the edit applied; raises WrongEdit."""
    for find, replace in ((mutant.find, mutant.replace), *mutant.beside.items()):
        times = text.count(find)
        if times != 1:
            raise WrongEdit(f"{mutant.file}: a text of '{mutant.what}' stands there {times} times, not once")
        text = text.replace(find, replace)
    return text


def outcomes(program: str, folder: Path) -> Iterator[Outcome]:
    """What came of each edit of a program."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "program"
        shutil.copytree(folder, copy, ignore=LEFT_OUT, symlinks=True)
        before = review(copy).findings
        for mutant in mutants(program):
            file = copy / mutant.file
            text = file.read_text()
            file.write_text(edited(text, mutant))
            new = noticed(mutant, before, review(copy).findings)
            file.write_text(text)
            yield Outcome(program, mutant.what, mutant.rule, new.confidence if new else "", mutant.missed)


def noticed(mutant: Mutant, before: list[Finding], after: list[Finding]) -> Finding | None:
    """The finding of the rule in that file that was not there before."""
    known = {each.fingerprint for each in before}
    place = mutant.at or mutant.file
    mine = (each for each in after if each.rule == mutant.rule and each.place.path == place)
    return next((each for each in mine if each.fingerprint not in known), None)


def keep(program: str, found: list[Outcome]) -> None:
    """Writes down what was found, for the page."""
    folder = KEPT / "mutants"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{program}.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))


def kept() -> list[Outcome]:
    """What was found in all programs."""
    files = sorted((KEPT / "mutants").glob("*.json"))
    return [each for file in files for each in msgspec.json.decode(file.read_bytes(), type=list[Outcome])]


def main() -> None:
    """Reads the command line, edits, reviews, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", help="one program")
    given = parser.parse_args()
    for corpus, folder in programs(given.folder, given.only):
        if not mutants(corpus.name):
            continue
        found = list(outcomes(corpus.name, folder))
        keep(corpus.name, found)
        print(f"{corpus.name}: {sum(bool(each.confidence) for each in found)} of {len(found)} found")
        for each in found:
            print(f"  {each.confidence or 'missed':8} {each.rule:24} {each.what}")


if __name__ == "__main__":
    main()
