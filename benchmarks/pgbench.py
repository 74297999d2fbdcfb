"""Mainstay beside PostgreSQL's own client, which sends the same statements and does nothing with their rows.

    python -m benchmarks.pgbench [--rounds 3] [--seconds 1.5]

Client and PostgreSQL are on one core, as they are wherever Mainstay is measured: pgbench in its client's place.
"""

from __future__ import annotations

import argparse
import math
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import serving
from benchmarks.fill import fill
from benchmarks.growth import Effort
from benchmarks.run import CLIENT_CORE, OURS, one_load, server

CLIENTS = 20
"""As many connections as Mainstay has."""
ROWS = 30
"""Different rows that each connection asks for in turn; every one is a statement of its own to pgbench."""
COLUMNS = "id, title, body, published, servings, author_id, created_at"
STATEMENTS = {
    "W1": f"SELECT {COLUMNS} FROM recipes WHERE id = :given{{number}};",
    "W2": f"SELECT {COLUMNS} FROM recipes WHERE author_id = :given{{number}} AND published = :published "
    "ORDER BY created_at DESC, id DESC LIMIT :most;",
}
"""What Mainstay sends, with pgbench's variables."""
GIVEN = {"W1": "id", "W2": "author_id"}
"""The column of a random recipe that it is asked for by."""
GOALS = {"W1": 0.5, "W2": 0.8}
"""The part of pgbench's rate that Mainstay is to reach."""


class Rate(msgspec.Struct):
    """What both did in a second, round by round."""

    work: str
    mainstay: list[float] = []
    pgbench: list[float] = []
    busy: list[float] = []
    """The part of the time that Mainstay's core worked: what is left it waited for PostgreSQL and the client."""

    @property
    def part(self) -> float:
        """Mainstay's requests for each statement of pgbench."""
        return median(self.mainstay) / median(self.pgbench)

    @property
    def reached(self) -> bool:
        """Whether that is enough."""
        return self.part >= GOALS[self.work]


def script(work: str) -> str:
    """What a connection does: it finds its rows when it begins, and then asks for one after the other."""
    names = ", ".join(f"(array_agg(id))[{number}] AS given{number}" for number in range(1, ROWS + 1))
    lines = [
        r"\if :found = 0",
        rf"SELECT {names} FROM (SELECT {GIVEN[work]} AS id FROM recipes ORDER BY random() LIMIT {ROWS}) chosen \gset",
        r"\set found 1",
        r"\endif",
        *(STATEMENTS[work].format(number=number) for number in range(1, ROWS + 1)),
    ]
    return "\n".join([*lines, ""])


def per_second(programs: Path, url: str, file: Path, seconds: float) -> float:
    """Statements in a second, as pgbench counts them."""
    variables = {"found": "0", "published": "true", "most": "21"}
    command = [str(programs / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}"]
    command += [f"--time={math.ceil(seconds)}", f"--file={file}"]
    command += [f"--define={name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        [*command, url],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: serving.pin(0, CLIENT_CORE),
    )
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed: {done.stderr[-1000:]}")
    return float(found[1]) * ROWS


def rates(effort: Effort) -> list[Rate]:
    """Both in turn, round by round; the first round only warms up."""
    from tests.servers import postgresql

    found = [Rate(work) for work in STATEMENTS]
    with (
        TemporaryDirectory(prefix="mainstay-pgbench-") as folder,
        postgresql(shared_buffers="256MB", max_connections="400") as behind,
        ExitStack() as stack,
    ):
        serving.pin(behind.pid, CLIENT_CORE)
        url = behind.create_database("bench")
        fill(url)
        running = stack.enter_context(server(OURS, url, Path(folder)))
        for turn in range(effort.rounds + 1):
            for rate in found:
                effort.console.print(f"[dim]pgbench, {rate.work}, round {turn}", highlight=False)
                file = Path(folder) / f"{rate.work}.sql"
                file.write_text(script(rate.work))
                cpu, seen = one_load(running, rate.work, 2 * effort.seconds, seed=turn)
                theirs = per_second(behind.programs, url, file, 2 * effort.seconds)
                if turn:
                    rate.mainstay.append(seen.requests / seen.seconds)
                    rate.pgbench.append(theirs)
                    rate.busy.append(cpu / seen.seconds)
    return found


def show(found: list[Rate], console: Console) -> None:
    """Prints the rates."""
    table = Table(title="In a second, PostgreSQL and the client on one core")
    for heading in ("work", "Mainstay", "its core busy", "pgbench", "part", "goal", ""):
        table.add_column(heading, justify="right")
    for rate in found:
        table.add_row(
            rate.work,
            f"{median(rate.mainstay):,.0f}",
            f"{median(rate.busy):.0%}",
            f"{median(rate.pgbench):,.0f}",
            f"{rate.part:.0%}",
            f"{GOALS[rate.work]:.0%}",
            "[green]reached" if rate.reached else "[bold red]MISSED",
        )
    console.print(table)


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of load, for each figure in a round")
    given = parser.parse_args()
    effort = Effort(given.rounds, given.seconds)
    show(rates(effort), effort.console)


if __name__ == "__main__":
    main()
