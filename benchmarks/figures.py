"""Every figure of the documentation: measured part by part, then written with a page and a drawing.

    python -m benchmarks.figures [--again] [--page] [--rounds 3] [--seconds 1.5]
                                 [--rows 1000,10000,100000,1000000]

What a part found is kept in `build/figures`; a run that was interrupted goes on with what is missing, and `--again`
begins anew.  `--page` only writes the page, of what is there.  It is for a quiet machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from benchmarks import data, growth, imports, pgbench, profiled, run, serving, versions
from benchmarks.drawing import drawing
from benchmarks.growth import Effort, Point
from benchmarks.imports import Imports
from benchmarks.page import Figures, page
from benchmarks.peers import BOTH
from benchmarks.pgbench import Rate
from benchmarks.profiled import Profile
from benchmarks.run import Options, Report

KEPT = serving.ROOT / "build" / "figures"
PROFILED = ("W1", "W2", "W3", "W4", "W5", "W6")
PAGE = serving.ROOT / "docs" / "reference" / "benchmarks.md"
DRAWING = PAGE.with_suffix(".svg")

PARTS: dict[str, Callable[[Effort], object]] = {
    "works": lambda effort: run.measure(Options(effort.rounds, effort.seconds, console=effort.console)),
    "pgbench": pgbench.rates,
    **growth.MEASURED,
    "imports": imports.imports,
    "profile": lambda effort: profiled.profiles(BOTH, PROFILED, 2 * effort.seconds, effort.console),
    "versions": lambda effort: measured_with(),
}
"""Every part and what measures it, in the order in which they are measured."""


def measured_with() -> dict[str, str]:
    """What it was measured with, and when."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=serving.ROOT, capture_output=True, text=True, check=True
    )
    return {
        "date": f"{dt.date.today():%Y-%m-%d}",
        "commit": commit.stdout.strip(),
        "rows": f"{data.RECIPES:,} recipes of {data.AUTHORS:,} authors",
        **versions.versions(),
    }


def measure(effort: Effort) -> None:
    """Measures what has not been measured yet."""
    console = effort.console
    KEPT.mkdir(parents=True, exist_ok=True)
    for name, measured in PARTS.items():
        file = KEPT / f"{name}.json"
        if file.exists():
            console.print(f"{name}: there already, in {file.relative_to(serving.ROOT)}")
            continue
        begun = time.monotonic()
        found = measured(effort)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
        console.print(f"{name}: measured in {time.monotonic() - begun:.0f} s")


def figures(folder: Path) -> Figures:
    """What is kept of the parts."""

    def points(name: str) -> list[Point]:
        return msgspec.json.decode((folder / f"{name}.json").read_bytes(), type=list[Point])

    return Figures(
        works=msgspec.json.decode((folder / "works.json").read_bytes(), type=Report),
        pgbench=msgspec.json.decode((folder / "pgbench.json").read_bytes(), type=list[Rate]),
        resources=points("resources"),
        rows=points("rows"),
        connections=points("connections"),
        start=points("start"),
        imports=msgspec.json.decode((folder / "imports.json").read_bytes(), type=list[Imports]),
        profiles=msgspec.json.decode((folder / "profile.json").read_bytes(), type=list[Profile]),
        versions=msgspec.json.decode((folder / "versions.json").read_bytes(), type=dict[str, str]),
    )


def main() -> None:
    """Reads the command line, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--again", action="store_true", help="forget what was measured before")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of load, for each figure in a round")
    parser.add_argument("--rows", default=",".join(map(str, growth.ROWS)), help="of recipes, for how it grows")
    given = parser.parse_args()
    effort = Effort(given.rounds, given.seconds, [int(number) for number in given.rows.split(",")])
    if given.again:
        shutil.rmtree(KEPT, ignore_errors=True)
    if not given.page:
        measure(effort)
    found = figures(KEPT)
    PAGE.write_text(page(found))
    DRAWING.write_text(drawing(found.works, found.versions["date"]))
    effort.console.print(f"written: {PAGE.relative_to(serving.ROOT)}, {DRAWING.relative_to(serving.ROOT)}")


if __name__ == "__main__":
    main()
