"""Measures how long a review takes, and how much memory: `python -m benchmarks.check.speed FOLDER..`.

    python -m benchmarks.check.speed FOLDER.. [--lines 10000 100000 500000]

Copies of the folders are put together until there are so many lines; each copy has packages of other names, so that
none is taken for another. Each is reviewed by `mainstay check` in a process of its own, on one core. Of the copy
nearest to 100,000 lines a repository of git is made, one file is changed, and `--since HEAD` is measured. The figures
go to `build/check-measured/speed.json`, of which `benchmarks.check.page` writes a section.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks.check.measure import KEPT
from mainstay.check import project

LINES = (10_000, 100_000, 500_000)
OF_CHANGES = 100_000
"""Lines of the repository in which one file is changed."""
CODE = frozenset(each for each, language in project.SUFFIXES.items() if language != "markdown")


class Took(msgspec.Struct):
    """What one review took: seconds of one core, seconds by the clock, and the most memory, in bytes."""

    lines: int
    cpu: float
    wall: float
    memory: int

    @property
    def per_lines(self) -> float:
        """Seconds of one core for 100,000 lines."""
        return self.cpu * 100_000 / self.lines


class Speed(msgspec.Struct):
    """What was measured: reviews of everything, one of the changes, of which programs, and when."""

    whole: list[Took]
    changes: Took
    programs: list[str]
    date: str


def measured(folders: list[Path], sizes: list[int]) -> Iterator[Took]:
    """A review of each size, and then one of the changes, which is yielded last."""
    with tempfile.TemporaryDirectory() as place:
        compiled = Path(place) / "compiled"
        review(Path(__file__), compiled)  # the bytecode is there afterwards, as pip makes it when it installs
        for size in sizes:
            copy = Path(place) / str(size)
            fill(copy, folders, size)
            yield review(copy, compiled)
        yield of_changes(Path(place) / str(min(sizes, key=lambda each: abs(each - OF_CHANGES))), compiled)


def fill(target: Path, folders: list[Path], size: int) -> None:
    """Copies the folders again and again until there are so many lines of code."""
    left, turn = size, 0
    while left > 0:
        turn += 1
        for folder in folders:
            left = _copied(folder.resolve(), target / f"{folder.name}_{turn}", turn, left)


def _copied(folder: Path, target: Path, turn: int, left: int) -> int:
    """Copies the code of a folder as long as lines are left; answers how many are left then."""
    files = [each for each in project.files(folder, []) if each.suffix in CODE or each.name in project.MANIFESTS]
    packages = {
        each.parent.name
        for each in files
        if each.name == "__init__.py" and not (each.parent.parent / "__init__.py").exists()
    }
    named = re.compile(rf"^(\s*(?:from|import)\s+)({'|'.join(sorted(packages))})\b", re.MULTILINE) if packages else None
    for file in files:
        if left <= 0:
            break
        text = file.read_text(encoding="utf-8", errors="replace")
        if file.suffix in CODE:
            left -= len(text.splitlines())
        if named is not None and file.suffix == ".py":
            text = named.sub(rf"\g<1>\g<2>_{turn}", text)
        parts = [f"{each}_{turn}" if each in packages else each for each in file.relative_to(folder).parts]
        copy = target.joinpath(*parts)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    return left


def review(folder: Path, compiled: Path, *options: str) -> Took:
    """Reviews a folder in a process of its own, on one core; `compiled` holds the bytecode of Mainstay."""
    command = [sys.executable, "-m", "mainstay", "check", str(folder), "--format", "json", *options]
    core = min(os.sched_getaffinity(0))
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as report:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=report,
            stderr=subprocess.DEVNULL,
            env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        report.seek(0)
        lines = msgspec.json.decode(report.read())["lines"]
    return Took(lines, used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


def of_changes(folder: Path, compiled: Path) -> Took:
    """Makes a repository of a folder, changes a file in the middle of it, and reviews what has changed."""
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        subprocess.run(["git", "-C", str(folder), *who, *command], check=True)
    files = sorted(each for each in folder.rglob("*") if each.suffix in (".py", ".ts", ".js", ".java", ".go", ".rs"))
    changed = sorted(files, key=lambda each: each.stat().st_size)[len(files) * 3 // 4]
    with changed.open("a", encoding="utf-8") as file:
        file.write("\n")
    return review(folder, compiled, "--since", "HEAD")


def shown(took: Took) -> str:
    """A line for a terminal."""
    return (
        f"{took.lines:,} lines: {took.cpu:.2f} s of one core, {took.per_lines:.2f} s per 100,000 lines, "
        f"{took.wall:.2f} s by the clock, {took.memory / 1e6:.0f} MB"
    )


def main() -> None:
    """Reads the command line, measures, prints and keeps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="benchmarks.check.speed"
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--lines", type=int, nargs="+", default=list(LINES))
    given = parser.parse_args()
    took = []
    for each in measured(given.folders, given.lines):
        took.append(each)
        print(("with one file changed, " if len(took) > len(given.lines) else "") + shown(each), flush=True)
    found = Speed(took[:-1], took[-1], [each.name for each in given.folders], f"{dt.date.today():%Y-%m-%d}")
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "speed.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))


if __name__ == "__main__":
    main()
