"""Server processor time per request: Mainstay beside what else one could write.

    python -m benchmarks.run [--rounds 3] [--seconds 1.5] [--databases sqlite,postgresql] [--works H,W1,W2,..]
                             [--contenders mainstay,fastapi,..] [--connections 64] [--json FILE]

H answers with a fixed text.  W1 gets one recipe by id.  W2 lists 20 by author and `published`, the latest first,
without a count.  W3 is W2 with each recipe's author, W6 with each recipe's comments and tags.  W4 creates a recipe.
W5 is W2 for a signed-in caller: JWT, a row policy (published or own), a rate limit, a request id and one access line.

All servers of a database run at once on core 0 and are loaded one after the other, round by round, so that a busy
minute of the machine meets all of them; client and PostgreSQL are on core 1.  What counts is user and system time
of the server's processes divided by the requests; the figure is the median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import data, load, serving
from benchmarks.agree import agree
from benchmarks.fill import fill
from benchmarks.peers import BOTH, CONTENDERS, DEFAULT, Contender, available, environment
from benchmarks.requests import GROWN, WORKS, WRITING
from benchmarks.serving import Serving

SERVER_CORE, CLIENT_CORE = 0, 1
OURS = "mainstay"


class Result(msgspec.Struct):
    """What one contender used for one work on one database, round by round."""

    database: str
    work: str
    contender: str
    microseconds: list[float] = []
    per_second: list[float] = []
    p99_ms: list[float] = []

    @property
    def figure(self) -> float:
        """Processor microseconds per request: the median of the rounds."""
        return median(self.microseconds)

    @property
    def spread(self) -> str:
        """From the least to the most."""
        return f"{min(self.microseconds):.0f}-{max(self.microseconds):.0f}"


class Ratio(msgspec.Struct):
    """One goal and what was reached of it."""

    database: str
    work: str
    against: str
    ratio: float
    goal: float
    reached: bool


class Report(msgspec.Struct):
    """Everything that a run found out."""

    machine: str
    rounds: int
    seconds: float
    connections: int
    results: list[Result]
    ratios: list[Ratio]
    skipped: dict[str, str] = {}
    """Contenders that were left out, and why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, and how often."""

    rounds: int = 3
    seconds: float = 1.5
    databases: Sequence[str] = BOTH
    works: Sequence[str] = tuple(WORKS)
    contenders: Sequence[str] = DEFAULT
    connections: int = load.CONNECTIONS
    console: Console = field(default_factory=Console)


@contextmanager
def databases(
    kind: str, folder: Path, contenders: Mapping[str, Contender], console: Console
) -> Iterator[dict[str, str]]:
    """The URL of each contender's database, filled."""
    with ExitStack() as stack:
        with console.status(f"{kind}: {data.RECIPES:,} recipes"):
            if kind == "sqlite":
                urls = sqlite_databases(folder, contenders)
            else:
                from tests.servers import postgresql

                server = stack.enter_context(postgresql(shared_buffers="256MB", max_connections="400"))
                serving.pin(server.pid, CLIENT_CORE)
                url = server.create_database("bench")
                fill(url)
                urls = dict.fromkeys(contenders, url)
        yield urls


def sqlite_databases(folder: Path, contenders: Mapping[str, Contender]) -> dict[str, str]:
    """A file with the types that Mainstay chooses, and one for each contender whose ORM chooses others."""
    ours = f"sqlite:///{folder / 'mainstay.db'}"
    fill(ours)
    urls = dict.fromkeys(contenders, ours)
    for name, contender in contenders.items():
        if contender.fill:
            urls[name] = f"sqlite:///{folder / name}.db"
            making = environment(contender, urls[name], Path(os.devnull))
            subprocess.run([sys.executable, *contender.fill], check=True, env=making, cwd=serving.ROOT)
    return urls


def measure(options: Options) -> Report:
    """Runs everything."""
    contenders, skipped = available(tuple(options.contenders), options.console)
    results = []
    for kind in options.databases:
        taking_part = {name: contender for name, contender in contenders.items() if kind in contender.databases}
        with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder, ExitStack() as stack:
            urls = stack.enter_context(databases(kind, Path(folder), taking_part, options.console))
            servers = {name: stack.enter_context(server(name, urls[name], Path(folder))) for name in taking_part}
            agree(servers, options.works)
            results += rounds(kind, servers, options)
    return Report(
        machine(), options.rounds, options.seconds, options.connections, results, ratios(results), skipped=skipped
    )


def machine() -> str:
    """What it was measured on."""
    described = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.+)$", described, re.MULTILINE)
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def server(name: str, url: str, folder: Path, more: Mapping[str, str] | None = None) -> AbstractContextManager[Serving]:
    """One contender, started, with more variables if need be."""
    contender = CONTENDERS[name]
    variables = environment(contender, url, folder / f"{name}.access")
    variables |= serving.MAINSTAY | {"MAINSTAY_DATABASE_URL": url} | dict(more or {})
    file = url.removeprefix("sqlite:///")
    return serving.serving(
        [argument.replace("{file}", file) for argument in contender.command],
        variables,
        folder / f"{name}.log",
        core=SERVER_CORE,
        program=contender.program,
        speaks=contender.speaks,
    )


def rounds(kind: str, servers: dict[str, Serving], options: Options) -> list[Result]:
    """Loads the servers one after the other, round by round; the first round only warms them up.

    What creates rows comes when everything has been read: a list of the latest is to find the same ones each time.
    """
    found = {(work, name): Result(kind, work, name) for work in options.works for name in servers}
    turns = [(turn, *each) for turn in range(options.rounds + 1) for each in found.items()]
    order = sorted(turns, key=lambda each: each[1][0] in WRITING)
    with Progress(console=options.console, transient=True) as progress:
        task = progress.add_task(kind, total=len(order))
        for turn, (work, name), result in order:
            progress.update(task, description=f"{kind} {work} {CONTENDERS[name].title}")
            seconds = options.seconds if turn else min(1.0, options.seconds)
            cpu, seen = one_load(servers[name], work, seconds, seed=turn, connections=options.connections)
            if turn:
                result.microseconds.append(cpu / seen.requests * 1e6)
                result.per_second.append(seen.requests / seen.seconds)
                result.p99_ms.append(seen.p99_ms)
            progress.advance(task)
    return list(found.values())


def one_load(
    running: Serving, work: str, seconds: float, *, seed: int, connections: int = load.CONNECTIONS
) -> tuple[float, load.Load]:
    """Loads one server: the processor time that it used, and what the client saw."""
    asked = map(str, (running.port, work, seconds, seed, connections, running.speaks))
    before = running.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *asked],
        stdout=subprocess.PIPE,
        check=True,
        cwd=serving.ROOT,
        preexec_fn=lambda: serving.pin(0, CLIENT_CORE),
    )
    after = running.cpu()
    seen = msgspec.json.decode(done.stdout, type=load.Load)
    if seen.wrong:
        raise RuntimeError(f"{seen.wrong} of {seen.requests} answers to {work} are wrong: {seen.first_wrong}")
    return after - before, seen


def ratios(results: list[Result]) -> list[Ratio]:
    """What was reached of the goals."""
    figures = {(result.database, result.work, result.contender): result.figure for result in results}
    found = []
    for (kind, work, name), figure in figures.items():
        ours = figures.get((kind, work, OURS))
        if ours is None or name == OURS:
            continue
        goal, most = CONTENDERS[name].goal(kind, work), CONTENDERS[name].most
        if goal is not None:
            found.append(Ratio(kind, work, name, figure / ours, goal, figure / ours >= goal))
        elif most is not None and work != "H":
            found.append(Ratio(kind, work, name, ours / figure, most, ours / figure <= most))
    return found


def show(report: Report, console: Console) -> None:
    """Prints a report."""
    title = f"Server CPU per request, median of {report.rounds} alternated rounds of {report.seconds:g} s"
    table = Table(title=f"{title}, {report.connections} connections\n{report.machine}")
    for heading in ("database", "work", "server"):
        table.add_column(heading)
    for heading in ("µs CPU", "least-most", "requests/s", "p99 ms"):
        table.add_column(heading, justify="right")
    before = ""
    for result in report.results:
        group = result.database + result.work
        if before and group != before:
            table.add_section()
        before = group
        speed, late = f"{median(result.per_second):,.0f}", f"{median(result.p99_ms):.1f}"
        title = CONTENDERS[result.contender].title
        table.add_row(result.database, result.work, title, f"{result.figure:.0f}", result.spread, speed, late)
    console.print(table)
    for name, reason in report.skipped.items():
        console.print(f"[yellow]{CONTENDERS[name].title} was left out: {reason}")
    if not report.ratios:
        return
    goals = Table(title="Goals")
    for heading in ("database", "work", "goal", "reached", ""):
        goals.add_column(heading)
    for ratio in report.ratios:
        title = CONTENDERS[ratio.against].title
        if CONTENDERS[ratio.against].most is None:
            goal, reached = f"{ratio.goal:g} times less than {title}", f"{ratio.ratio:.1f} times less"
        else:
            goal, reached = f"at most {ratio.goal:g} of {title}", f"{ratio.ratio:.2f}"
        verdict = "[green]reached" if ratio.reached else "[bold red]MISSED"
        goals.add_row(ratio.database, ratio.work, goal, reached, verdict)
    console.print(goals)


def chosen(given: str, known: Sequence[str], option: str) -> list[str]:
    """The names in a list of the command line; leaves with those that there are where one is unknown."""
    names = given.split(",")
    for name in names:
        if name not in known:
            raise SystemExit(f"{option}: there is no {name}; there are {', '.join(known)}")
    return names


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of load, for each contender and work in a round")
    parser.add_argument("--databases", default=",".join(BOTH))
    parser.add_argument("--works", default=",".join(WORKS))
    parser.add_argument("--contenders", default=",".join(DEFAULT), help=f"of {', '.join(CONTENDERS)}")
    parser.add_argument("--connections", type=int, default=load.CONNECTIONS)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args()
    options = Options(
        rounds=given.rounds,
        seconds=given.seconds,
        databases=chosen(given.databases, BOTH, "--databases"),
        works=chosen(given.works, (*WORKS, *GROWN), "--works"),
        contenders=chosen(given.contenders, tuple(CONTENDERS), "--contenders"),
        connections=given.connections,
    )
    report = measure(options)
    show(report, options.console)
    if given.json:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


if __name__ == "__main__":
    main()
