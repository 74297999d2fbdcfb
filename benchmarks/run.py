"""Server processor time per request: Mainstay beside FastAPI + SQLAlchemy and a handler written by hand.

    python -m benchmarks.run [--rounds 5] [--seconds 2] [--databases sqlite,postgresql] [--works W1,W2,W3,W5,W6]
                             [--contenders mainstay,fastapi,by-hand] [--json FILE]

W1 gets one recipe by id.  W2 lists 20 by author and `published`, the latest first, without a count.  W3 is W2 with
each recipe's author, W6 with each recipe's comments and tags.  W5 is W2 for a signed-in caller: JWT, a row policy
(published or own), a rate limit, a request id and one access line.

All servers of a database run at once on core 0 and are loaded one after the other, round by round, so that a busy
minute of the machine meets all of them; client and PostgreSQL are on core 1.  What counts is user and system time
of the server's processes divided by the requests; the figure is the median of the rounds.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import data, load, requests, serving
from benchmarks.fill import fill
from benchmarks.serving import Serving

SERVER_CORE, CLIENT_CORE = 0, 1
PEERS = Path(sys.prefix) / "peers"
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
GRANIAN = [
    "-m",
    "granian",
    "--interface",
    "asgi",
    "--loop",
    "uvloop",
    "--http",
    "1",
    "--no-ws",
    "--workers",
    "1",
    "--port",
    "{port}",
]
UVICORN = ["-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--port", "{port}"]
COMMANDS = {
    "mainstay": ["-m", "mainstay.cli", "serve", "benchmarks.contenders.mainstay:app", "--port", "{port}"],
    "engine": [*GRANIAN, "benchmarks.contenders.engine:app"],
    "fastapi": [*UVICORN, "benchmarks.contenders.fastapi_sqlalchemy:app"],
    "by-hand": [*GRANIAN, "benchmarks.contenders.by_hand:app"],
}
TITLES = {
    "mainstay": "Mainstay",
    "engine": "Mainstay's engine alone",
    "fastapi": "FastAPI + SQLAlchemy",
    "by-hand": "written by hand",
}
GOALS = {"postgresql": 10.0, "sqlite": 15.0}
"""How many times less than FastAPI + SQLAlchemy Mainstay is to use."""
GOAL_WITH_RELATED = 10.0
"""The same for the works whose rows bring others along, whatever the database."""
MOST_OF_BY_HAND = 1.4
"""How many times more than the handler written by hand Mainstay may use."""
COMPARED = 25
"""Random requests of each work whose answers are compared."""


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


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, and how often."""

    rounds: int = 5
    seconds: float = 2.0
    databases: Sequence[str] = ("sqlite", "postgresql")
    works: Sequence[str] = ("W1", "W2", "W3", "W5", "W6")
    contenders: Sequence[str] = ("mainstay", "fastapi", "by-hand")
    console: Console = field(default_factory=Console)


def install_peers(console: Console) -> None:
    """Installs what only the peers need, beside the environment and not into it."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = PEERS / ".stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    console.print(f"Installing what FastAPI + SQLAlchemy needs into {PEERS}")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade"]
    subprocess.run([*pip, "--target", str(PEERS), "-r", str(REQUIREMENTS)], check=True)
    stamp.write_text(wanted)


@contextmanager
def databases(kind: str, folder: Path, options: Options) -> Iterator[dict[str, str]]:
    """The URL of each contender's database, filled."""
    with options.console.status(f"{kind}: {data.RECIPES:,} recipes"):
        if kind == "sqlite":
            yield sqlite_databases(folder, options.contenders)
            return
        from tests.servers import postgresql

        with postgresql(shared_buffers="256MB", max_connections="300") as server:
            serving.pin(server.pid, CLIENT_CORE)
            url = server.create_database("bench")
            fill(url)
            yield dict.fromkeys(COMMANDS, url)


def sqlite_databases(folder: Path, contenders: Sequence[str]) -> dict[str, str]:
    """A file with the types that Mainstay chooses, and one with those that SQLAlchemy chooses."""
    ours, theirs = folder / "mainstay.db", folder / "sqlalchemy.db"
    fill(f"sqlite:///{ours}")
    urls = dict.fromkeys(COMMANDS, f"sqlite:///{ours}")
    if "fastapi" not in contenders:
        return urls
    making = "import sys; from pathlib import Path; from benchmarks.contenders.fastapi_sqlalchemy import Base; "
    making += "from benchmarks.data import fill_sqlite; fill_sqlite(Path(sys.argv[1]), Base.metadata)"
    environment = {**os.environ, **peers_environment(), "DATABASE_URL": f"sqlite:///{theirs}", "ACCESS_LOG": os.devnull}
    subprocess.run([sys.executable, "-c", making, str(theirs)], check=True, env=environment, cwd=serving.ROOT)
    return urls | {"fastapi": f"sqlite:///{theirs}"}


def peers_environment() -> dict[str, str]:
    """The variable by which a peer finds its packages."""
    return {"PYTHONPATH": str(PEERS)}


def measure(options: Options) -> Report:
    """Runs everything."""
    console = options.console
    if "fastapi" in options.contenders:
        install_peers(console)
    results = []
    for kind in options.databases:
        with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder, ExitStack() as stack:
            urls = stack.enter_context(databases(kind, Path(folder), options))
            servers = {name: stack.enter_context(server(name, urls[name], Path(folder))) for name in options.contenders}
            for work in options.works:
                compare(work, servers)
            results += rounds(kind, servers, options)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return Report(machine, options.rounds, options.seconds, load.CONNECTIONS, results, ratios(results))


def server(name: str, url: str, folder: Path) -> AbstractContextManager[Serving]:
    """One contender, started."""
    environment = {"DATABASE_URL": url, "ACCESS_LOG": str(folder / f"{name}.access")}
    environment |= serving.MAINSTAY | {"MAINSTAY_DATABASE_URL": url}
    if name == "fastapi":
        environment |= peers_environment()
    return serving.serving(COMMANDS[name], environment, folder / f"{name}.log", core=SERVER_CORE)


def rounds(kind: str, servers: dict[str, Serving], options: Options) -> list[Result]:
    """Loads the servers one after the other, round by round; the first round only warms them up."""
    found = {(work, name): Result(kind, work, name) for work in options.works for name in servers}
    with Progress(console=options.console, transient=True) as progress:
        task = progress.add_task(kind, total=(options.rounds + 1) * len(found))
        for turn in range(options.rounds + 1):
            for (work, name), result in found.items():
                progress.update(task, description=f"{kind} {work} {TITLES[name]}")
                cpu, seen = one_load(
                    servers[name], work, options.seconds if turn else min(1.0, options.seconds), seed=turn
                )
                if turn:
                    result.microseconds.append(cpu / seen.requests * 1e6)
                    result.per_second.append(seen.requests / seen.seconds)
                    result.p99_ms.append(seen.p99_ms)
                progress.advance(task)
    return list(found.values())


def one_load(running: Serving, work: str, seconds: float, *, seed: int) -> tuple[float, load.Load]:
    """Loads one server: the processor time that it used, and what the client saw."""
    before = running.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", str(running.port), work, str(seconds), str(seed)],
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


def compare(work: str, servers: dict[str, Serving]) -> None:
    """Raises where two contenders do not give the same recipes, in the same order, to the same request."""
    random = Random(11)
    for _ in range(COMPARED):
        asked = requests.made(work, random)
        answers = {name: content(running.get(asked.target, asked.headers)) for name, running in servers.items()}
        first = next(iter(answers.values()))
        for name, answer in answers.items():
            if answer != first or len(answer) != (1 if work == "W1" else 20):
                raise RuntimeError(f"{name} answers {asked.target} otherwise:\n{answer[:2]}\n{first[:2]}")


def content(body: bytes) -> list[tuple[object, ...]]:
    """What is compared of an answer: every value but the moment, which can be written in several ways."""
    given = msgspec.json.decode(body)["data"]
    rows = given if isinstance(given, list) else [given]
    names = ("id", "title", "body", "published", "servings", "author_id")
    return [(*[row[name] for name in names], row["created_at"][:19], *included(row)) for row in rows]


def included(row: dict[str, Any]) -> Iterator[object]:
    """What is compared of the related rows that came along."""
    if "author" in row:
        yield row["author"]["name"]
    for name, shown in (("comments", "text"), ("tags", "name")):
        if name in row:
            yield [(each["id"], each[shown]) for each in row[name]]


def ratios(results: list[Result]) -> list[Ratio]:
    """What was reached of the goals."""
    figures = {(result.database, result.work, result.contender): result.figure for result in results}
    found = []
    for (kind, work, name), figure in figures.items():
        ours = figures.get((kind, work, "mainstay"))
        if ours is None:
            continue
        if name == "fastapi":
            goal = GOAL_WITH_RELATED if work in ("W3", "W6") else GOALS[kind]
            found.append(Ratio(kind, work, name, figure / ours, goal, figure / ours >= goal))
        elif name == "by-hand":
            found.append(Ratio(kind, work, name, ours / figure, MOST_OF_BY_HAND, ours / figure <= MOST_OF_BY_HAND))
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
        title = TITLES[result.contender]
        table.add_row(result.database, result.work, title, f"{result.figure:.0f}", result.spread, speed, late)
    console.print(table)
    if not report.ratios:
        return
    goals = Table(title="Goals")
    for heading in ("database", "work", "goal", "reached", ""):
        goals.add_column(heading)
    for ratio in report.ratios:
        if ratio.against == "fastapi":
            goal, reached = f"{ratio.goal:g} times less than {TITLES[ratio.against]}", f"{ratio.ratio:.1f} times less"
        else:
            goal, reached = f"at most {ratio.goal:g} of {TITLES[ratio.against]}", f"{ratio.ratio:.2f}"
        verdict = "[green]reached" if ratio.reached else "[bold red]MISSED"
        goals.add_row(ratio.database, ratio.work, goal, reached, verdict)
    console.print(goals)


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load, for each contender and work in a round")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--works", default="W1,W2,W3,W5,W6")
    parser.add_argument("--contenders", default="mainstay,fastapi,by-hand", help=f"of {', '.join(COMMANDS)}")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args()
    options = Options(
        rounds=given.rounds,
        seconds=given.seconds,
        databases=given.databases.split(","),
        works=given.works.split(","),
        contenders=given.contenders.split(","),
    )
    report = measure(options)
    show(report, options.console)
    if given.json:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


if __name__ == "__main__":
    main()
