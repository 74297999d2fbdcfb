"""Whether a change made requests dearer: the instructions of a request, of an earlier state and of this one.

    python -m benchmarks.compare OLD [--most 1.02] [--works H,W1,..] [--databases sqlite,postgresql] [--calls 50]
                                     [--by-hand]

`OLD` is anything that git takes for a commit.  Both states are called in one process each, without sockets and without
a client, under valgrind, which counts the instructions that run outside the kernel: a busy machine does not move them.
On PostgreSQL only the caller's side is counted.  The environment and the benchmark are those of this state.  It ends
with 1 where a work takes more than `--most` times the instructions that it took.  `--by-hand` counts the handler
written by hand too, and says how many times its instructions this state takes.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks import serving
from benchmarks.requests import WORKS
from tests.servers import postgresql

VALGRIND = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", "--dump-before=getpriority"]
ROWS = {"MAINSTAY_BENCH_RECIPES": "10000", "MAINSTAY_BENCH_AUTHORS": "100"}
SAME = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
"""What keeps two runs alike."""

Counts = dict[str, float]
"""Instructions of a request, by work."""


class Seen(NamedTuple):
    """The instructions of a request of one work."""

    old: float
    new: float
    by_hand: float | None = None


class Missing(Exception):
    """Something without which nothing can be counted."""


def counts(folder: Path, url: str, works: Sequence[str], calls: int, contender: str = "mainstay") -> Counts:
    """What the works take with the Mainstay of a checkout, or with another contender."""
    with tempfile.TemporaryDirectory(prefix="mainstay-counted-") as written:
        environment = {**os.environ, **SAME, **ROWS, **serving.MAINSTAY}
        environment |= {"MAINSTAY_DATABASE_URL": url, "PYTHONPATH": str(folder / "src")}
        environment |= {"DATABASE_URL": url, "ACCESS_LOG": f"{written}/access.log"}
        counting = [*VALGRIND, f"--callgrind-out-file={written}/counts", sys.executable, "-m", "benchmarks.counted"]
        done = subprocess.run(
            [*counting, str(folder), ",".join(works), str(calls), contender],
            cwd=serving.ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{contender} with the Mainstay of {folder} could not be called:\n{done.stderr[-3000:]}")
        found = stretches(Path(written))
    return {work: counted / calls for work, counted in zip(works, found[1::2], strict=True)}


def stretches(folder: Path) -> list[int]:
    """The instructions that valgrind counted up to each mark, one mark after the other."""
    found = []
    for number in itertools.count(1):
        file = folder / f"counts.{number}"
        if not file.exists():
            break
        found.append(int(re.findall(r"^totals: (\d+)$", file.read_text(), re.MULTILINE)[0]))
    return found


@contextmanager
def checkout(reference: str) -> Iterator[Path]:
    """An earlier state, compiled, as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="mainstay-old-") as made:
        folder = Path(made) / "tree"
        git("worktree", "add", "--quiet", "--detach", str(folder), reference)
        try:
            subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder / "src")], check=True)
            yield folder
        finally:
            git("worktree", "remove", "--force", str(folder))


def git(*arguments: str) -> str:
    """What git answers."""
    done = subprocess.run(["git", *arguments], cwd=serving.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def databases_of(kind: str, number: int) -> Iterator[list[str]]:
    """The URLs of databases with the same rows, one for each state, as all write."""
    names = [f"state{one}" for one in range(number)]
    with tempfile.TemporaryDirectory(prefix="mainstay-compared-") as made:
        if kind == "sqlite":
            files = [Path(made) / f"{name}.db" for name in names]
            fill(f"sqlite:///{files[0]}")
            for file in files[1:]:
                shutil.copyfile(files[0], file)
            yield [f"sqlite:///{file}" for file in files]
            return
        with postgresql() as server:
            first = server.create_database(names[0])
            fill(first)
            yield [first, *[server.create_database(name, template=names[0]) for name in names[1:]]]


def fill(url: str) -> None:
    """Makes tables and rows."""
    environment = {**os.environ, **ROWS}
    subprocess.run([sys.executable, "-m", "benchmarks.fill", url], cwd=serving.ROOT, env=environment, check=True)


def compare(
    reference: str,
    databases: Sequence[str],
    works: Sequence[str],
    calls: int,
    console: Console,
    *,
    by_hand: bool = False,
) -> dict[tuple[str, str], Seen]:
    """Instructions of a request by database and work, of the earlier state and of this one."""
    for program in ("valgrind", "vgdb"):
        if shutil.which(program) is None:
            raise Missing(f"{program} counts the instructions and is not here: apt install valgrind")
    found = {}
    with checkout(reference) as folder, ThreadPoolExecutor(2) as pool:
        subprocess.run([sys.executable, "-m", "compileall", "-q", "src", "benchmarks"], cwd=serving.ROOT, check=True)
        states = [(folder, "mainstay"), (serving.ROOT, "mainstay"), *([(serving.ROOT, "by_hand")] if by_hand else [])]
        for kind in databases:
            with console.status(f"{kind}: {', '.join(works)}"), databases_of(kind, len(states)) as urls:
                running = [
                    pool.submit(counts, tree, url, works, calls, contender)
                    for (tree, contender), url in zip(states, urls, strict=True)
                ]
                for work in works:
                    found[kind, work] = Seen(*[one.result()[work] for one in running])
    return found


def show(found: Mapping[tuple[str, str], Seen], reference: str, most: float, calls: int, console: Console) -> list[str]:
    """Prints what was found; the works that became too dear."""
    table = Table(title=f"Instructions of a request outside the kernel, over {calls} calls")
    for heading in ("database", "work"):
        table.add_column(heading)
    by_hand = any(seen.by_hand for seen in found.values())
    for heading in (reference, "now", "ratio", *(("by hand", "ratio to it") if by_hand else ()), ""):
        table.add_column(heading, justify="right")
    dearer = []
    for (kind, work), seen in found.items():
        verdict = ""
        if seen.new > seen.old * most:
            dearer.append(f"{kind} {work}")
            verdict = "[bold red]DEARER"
        beside = [f"{seen.by_hand:,.0f}", f"{seen.new / seen.by_hand:.2f}"] if seen.by_hand else []
        row = [kind, work, f"{seen.old:,.0f}", f"{seen.new:,.0f}", f"{seen.new / seen.old:.4f}"]
        table.add_row(*row, *beside, verdict)
    console.print(table)
    return dearer


def main() -> None:
    """Reads the command line, compares, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", help="a commit, a branch or a tag")
    parser.add_argument("--most", type=float, default=1.02, help="how many times the instructions of before are let go")
    parser.add_argument("--works", default=",".join(WORKS), help=f"of {', '.join(WORKS)}")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--calls", type=int, default=50, help="of each work")
    parser.add_argument("--by-hand", action="store_true", help="count the handler written by hand too")
    given = parser.parse_args()
    works, databases, console = given.works.split(","), given.databases.split(","), Console()
    for work in works:
        if work not in WORKS:
            parser.error(f"--works: there is no {work}; there are {', '.join(WORKS)}")
    for kind in databases:
        if kind not in ("sqlite", "postgresql"):
            parser.error(f"--databases: there is no {kind}; there are sqlite and postgresql")
    try:
        found = compare(given.old, databases, works, given.calls, console, by_hand=given.by_hand)
    except Missing as problem:
        raise SystemExit(str(problem)) from None
    dearer = show(found, given.old, given.most, given.calls, console)
    if dearer:
        raise SystemExit(f"dearer than {given.most:g} times what it was: {', '.join(dearer)}")


if __name__ == "__main__":
    main()
