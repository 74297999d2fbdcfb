"""How the cost of a request grows: with the resources, the rows and the connections; and what a start costs.

python -m benchmarks.growth resources | rows | connections | start [--json FILE] [--rows 1000,100000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import serving
from benchmarks.agree import ask
from benchmarks.fill import fill
from benchmarks.peers import CONTENDERS, DEFAULT, available
from benchmarks.requests import GROWN, WORKS, Request
from benchmarks.run import CLIENT_CORE, SERVER_CORE, Report, one_load, server, sqlite_databases

RESOURCES = (1, 10, 100)
ROWS = (1_000, 10_000, 100_000, 1_000_000)
CONNECTIONS = (1, 64, 512)
CROWD = ("mainstay", "fastapi", "fastapi-tuned", "fastify", "gin")
"""Whose waiting times are compared where there are many connections."""
STARTS = 5


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int = 3
    seconds: float = 1.5
    rows: Sequence[int] = ROWS
    console: Console = field(default_factory=Console)


class Point(msgspec.Struct):
    """One figure: of what, where it was measured, how many there were of what grows, and the figure."""

    what: str
    contender: str
    database: str
    number: int
    figure: float
    unit: str


def resources(effort: Effort) -> list[Point]:
    """Processor time of a get and a list with ever more resources beside them."""
    found = []
    with TemporaryDirectory(prefix="mainstay-growth-") as folder, ExitStack() as stack:
        url = f"sqlite:///{folder}/many.db"
        fill(url)
        servers = {}
        for number in RESOURCES:
            variables = {**os.environ, **serving.MAINSTAY, "MAINSTAY_DATABASE_URL": url}
            variables["MAINSTAY_BENCH_RESOURCES"] = str(number)
            command = ("-m", "mainstay", "serve", "benchmarks.contenders.many:app", "--port", "{port}")
            log = Path(folder) / f"{number}.log"
            servers[number] = stack.enter_context(serving.serving(command, variables, log, core=SERVER_CORE))
        for work in ("W1", "W2"):
            seen: dict[int, list[float]] = {number: [] for number in RESOURCES}
            for turn in range(effort.rounds + 1):
                for number, running in servers.items():
                    effort.console.print(f"[dim]{number} resources, {work}, round {turn}", highlight=False)
                    cpu, load = one_load(running, work, effort.seconds, seed=turn)
                    if turn:
                        seen[number].append(cpu / load.requests * 1e6)
            found += [Point(work, "mainstay", "sqlite", number, median(seen[number]), "µs CPU") for number in RESOURCES]
    return found


def rows(effort: Effort) -> list[Point]:
    """Processor time and waiting time with ever more rows; each number in a run of its own, as the data are others."""
    found = []
    for number in effort.rows:
        with TemporaryDirectory(prefix="mainstay-growth-") as folder:
            effort.console.print(f"[dim]{number:,} recipes", highlight=False)
            file = Path(folder) / "figures.json"
            variables = {
                **os.environ,
                "MAINSTAY_BENCH_RECIPES": str(number),
                "MAINSTAY_BENCH_AUTHORS": str(max(10, number // 100)),
            }
            effort_of_each = ["--rounds", str(effort.rounds), "--seconds", str(effort.seconds)]
            works = ",".join([*(work for work in WORKS if work != "H"), *GROWN])
            options = ["--contenders", "mainstay", "--works", works, *effort_of_each]
            subprocess.run(
                [sys.executable, "-m", "benchmarks.run", *options, "--json", str(file)],
                cwd=serving.ROOT,
                env=variables,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            report = msgspec.json.decode(file.read_bytes(), type=Report)
        for result in report.results:
            found.append(Point(result.work, "mainstay", result.database, number, result.figure, "µs CPU"))
            speed = median(result.per_second)
            found.append(Point(result.work, "mainstay", result.database, number, speed, "requests/s"))
    return found


def connections(effort: Effort) -> list[Point]:
    """The longest waiting time but one in a hundred, of a list on PostgreSQL."""
    from tests.servers import postgresql

    contenders, _ = available(CROWD, effort.console)
    found = []
    with (
        TemporaryDirectory(prefix="mainstay-growth-") as folder,
        postgresql(shared_buffers="256MB", max_connections="400") as behind,
        ExitStack() as stack,
    ):
        serving.pin(behind.pid, CLIENT_CORE)
        url = behind.create_database("bench")
        fill(url)
        servers = {name: stack.enter_context(server(name, url, Path(folder))) for name in contenders}
        for number in CONNECTIONS:
            seen: dict[str, list[float]] = {name: [] for name in servers}
            for turn in range(effort.rounds + 1):
                for name, running in servers.items():
                    effort.console.print(f"[dim]{number} connections, {name}, round {turn}", highlight=False)
                    load = one_load(running, "W2", 2 * effort.seconds, seed=turn, connections=number)[1]
                    if turn:
                        seen[name].append(load.p99_ms)
            found += [Point("p99 of W2", name, "postgresql", number, median(each), "ms") for name, each in seen.items()]
    return found


def start(effort: Effort) -> list[Point]:
    """Seconds from the start of the process to the first answer, its processor time until then, and its memory."""
    contenders, _ = available(DEFAULT, effort.console)
    taking_part = {name: contender for name, contender in contenders.items() if "sqlite" in contender.databases}
    found = []
    with TemporaryDirectory(prefix="mainstay-growth-") as folder:
        urls = sqlite_databases(Path(folder), taking_part)
        seconds: dict[str, list[float]] = {name: [] for name in urls}
        worked: dict[str, list[float]] = {name: [] for name in urls}
        memory: dict[str, list[float]] = {name: [] for name in urls}
        for turn in range(min(STARTS, 2 * effort.rounds) + 1):
            for name, url in urls.items():
                effort.console.print(f"[dim]start {turn} of {name}", highlight=False)
                begun = time.perf_counter()
                with server(name, url, Path(folder), serving.keeping(Path(folder) / "bytecode")) as running:
                    while ask(running, Request("GET", "/api/v1/hello"))[0] != 200:
                        time.sleep(0.005)
                    took, used = time.perf_counter() - begun, running.cpu()
                    time.sleep(0.5)
                    if turn:  # the first one compiles what is imported
                        seconds[name].append(took)
                        worked[name].append(used)
                        memory[name].append(running.memory())
        for name in urls:
            found.append(Point("start to the first answer", name, "sqlite", 1, median(seconds[name]), "s"))
            found.append(Point("processor time until then", name, "sqlite", 1, median(worked[name]), "s CPU"))
            found.append(Point("memory when idle", name, "sqlite", 1, median(memory[name]), "MB"))
    return found


def show(found: Sequence[Point], console: Console) -> None:
    """Prints the figures."""
    table = Table()
    for heading in ("what", "server", "database"):
        table.add_column(heading)
    for heading in ("number", "figure", "unit"):
        table.add_column(heading, justify="right")
    for one in found:
        shown = f"{one.figure:,.3f}" if one.unit in ("s", "s CPU") else f"{one.figure:,.1f}"
        table.add_row(one.what, CONTENDERS[one.contender].title, one.database, f"{one.number:,}", shown, one.unit)
    console.print(table)


MEASURED = {"resources": resources, "rows": rows, "connections": connections, "start": start}
"""What can be asked for."""


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=list(MEASURED))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of load, for each figure in a round")
    parser.add_argument("--rows", default=",".join(map(str, ROWS)), help="of recipes")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args()
    effort = Effort(given.rounds, given.seconds, [int(number) for number in given.rows.split(",")])
    found = MEASURED[given.what](effort)
    show(found, effort.console)
    if given.json:
        given.json.write_bytes(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
