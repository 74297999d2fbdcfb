"""The page of the documentation about what a request costs, and its drawing, made of the figures alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from textwrap import fill

import msgspec

from benchmarks.goals import (
    NAMES,
    Verdict,
    at_the_start,
    beside_pgbench,
    goals,
    with_connections,
    with_resources,
    with_rows,
)
from benchmarks.growth import Point
from benchmarks.imports import Imports
from benchmarks.peers import BOTH, CONTENDERS
from benchmarks.pgbench import Rate
from benchmarks.profiled import Profile
from benchmarks.requests import GROWN, WORKS
from benchmarks.run import OURS, Report, Result
from benchmarks.where import imported, spent

NO_BREAK = "\N{NON-BREAKING HYPHEN}"


class Figures(msgspec.Struct):
    """Everything that was measured."""

    works: Report
    pgbench: list[Rate]
    resources: list[Point]
    rows: list[Point]
    connections: list[Point]
    start: list[Point]
    imports: list[Imports]
    profiles: list[Profile]
    versions: dict[str, str]

    def verdicts(self) -> list[Verdict]:
        """What was to be reached besides the ratios of the works."""
        return [
            *beside_pgbench(self.pgbench),
            *with_resources(self.resources),
            *with_rows(self.rows),
            *with_connections(self.connections),
            *at_the_start(self.start),
        ]


def page(found: Figures) -> str:
    """The page."""
    parts = [
        head(found),
        *(works(found.works, kind) for kind in BOTH),
        goals(found.works.ratios, found.verdicts()),
        spent(found.works, found.profiles, found.verdicts()),
        beside(found.pgbench),
        grown(found),
        started(found.start, found.imports),
        repeated(found.versions),
    ]
    return "\n".join(parts)


def head(found: Figures) -> str:
    """What the figures are."""
    report = found.works
    described = "\n".join(f"- **{work}** {what}" for work, what in WORKS.items())
    return f"""# What a request costs

<!-- Written by `make figures` from what it measured. Do not edit. -->

User and system time of the server's processes, divided by the requests: microseconds of one core for a request. All
servers of a database run at once and are loaded in turn, so that a busy moment of the machine meets all of them:
{report.rounds} rounds of {report.seconds:g} seconds each, with {report.connections} connections. The figure is the \
median of the rounds, with
the least and the most below it. Figures of different days or machines cannot be compared, ratios within a table can.
Mainstay has on what is on by default: policies, limits, request ids, security headers, ETags, one line of log for each
request. The others have what `benchmarks/README.md` says of them, and answer with the same rows in the same order,
which is compared before anything is measured.

{described}

Measured on {found.versions["date"]}, at the commit {found.versions["commit"]}, on {report.machine}, with
{found.versions["rows"]}; the versions are [at the end](#repeating-it).

![Processor time of a request, as a multiple of Mainstay's](benchmarks.svg)
"""


def by_work(results: Sequence[Result], kind: str) -> dict[str, dict[str, Result]]:
    """The results of a database, by contender and work."""
    found: dict[str, dict[str, Result]] = {}
    for result in results:
        if result.database == kind:
            found.setdefault(result.contender, {})[result.work] = result
    return found


def works(report: Report, kind: str) -> str:
    """One table: every contender in a row, every work in a column."""
    found = by_work(report.results, kind)
    names = [work for work in WORKS if any(work in each for each in found.values())]
    lines = [f"## {NAMES[kind]}", "", "| | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names)]
    for name, results in found.items():
        cells = [cell(results[work]) if work in results else "" for work in names]
        title = f"**{CONTENDERS[name].title}**" if name == OURS else CONTENDERS[name].title
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    lines += [f"\n{CONTENDERS[name].title} was left out: {reason}." for name, reason in report.skipped.items()]
    return "\n".join([*lines, ""])


def cell(result: Result) -> str:
    """A figure, and below it from the least to the most, which is not broken."""
    return f"{result.figure:.0f}<br><small>{result.spread.replace('-', NO_BREAK)}</small>"


def beside(rates: Sequence[Rate]) -> str:
    """Mainstay and PostgreSQL's own client."""
    lines = [
        "## Beside pgbench",
        "",
        "Requests that Mainstay answers in a second beside statements that `pgbench -M prepared` sends: the same ones,",
        "of which it looks at nothing. PostgreSQL is on one core, with pgbench or with the client that asks Mainstay.",
        "",
        "| | Mainstay | its core busy | pgbench | part |",
        "|---|--:|--:|--:|--:|",
    ]
    for rate in rates:
        ours, theirs = median(rate.mainstay), median(rate.pgbench)
        lines.append(f"| {rate.work} | {ours:,.0f} | {median(rate.busy):.0%} | {theirs:,.0f} | {rate.part:.0%} |")
    return "\n".join([*lines, ""])


def grown(found: Figures) -> str:
    """How the cost grows."""
    more = "; ".join(f"{work} {what}" for work, what in GROWN.items())
    by_unit = {unit: [point for point in found.rows if point.unit == unit] for unit in ("µs CPU", "requests/s")}
    return "\n".join(
        [
            "## How it grows",
            "",
            "With the resources of the application, microseconds of Mainstay on SQLite:",
            "",
            *table(found.resources, lambda point: point.what),
            "",
            fill(f"With the rows, microseconds of Mainstay (on SQLite the database is in them; {more}):", 118),
            "",
            *table(by_unit["µs CPU"], lambda point: f"{NAMES[point.database]} {point.what}"),
            "",
            "and requests in a second, with PostgreSQL on the second core:",
            "",
            *table(by_unit["requests/s"], lambda point: f"{NAMES[point.database]} {point.what}"),
            "",
            "With the connections, the milliseconds within which 99 of 100 answers to W2 on PostgreSQL are there:",
            "",
            *table(found.connections, lambda point: CONTENDERS[point.contender].title),
            "",
        ]
    )


def table(points: Sequence[Point], named: Callable[[Point], str]) -> Iterator[str]:
    """A table whose columns are the numbers."""
    numbers = sorted({point.number for point in points})
    yield "| | " + " | ".join(f"{number:,}" for number in numbers) + " |"
    yield "|---|" + "--:|" * len(numbers)
    rows: dict[str, dict[int, float]] = {}
    for point in points:
        rows.setdefault(named(point), {})[point.number] = point.figure
    for title, figures in rows.items():
        cells = [f"{figures[number]:,.0f}" if figures[number] >= 10 else f"{figures[number]:.1f}" for number in numbers]
        yield f"| {title} | " + " | ".join(cells) + " |"


def started(points: Sequence[Point], imports: Sequence[Imports]) -> str:
    """What a start costs."""
    found: dict[str, dict[str, float]] = {}
    for point in points:
        found.setdefault(point.contender, {})[point.unit] = point.figure
    lines = [
        "## Start and memory",
        "",
        "From the start of the process to its first answer with 200 on SQLite, the database there already; the",
        "processor time until then; and the memory that it has half a second later (PSS).",
        "",
        "| | seconds | of processor | MB |",
        "|---|--:|--:|--:|",
    ]
    for name, figures in found.items():
        title = f"**{CONTENDERS[name].title}**" if name == OURS else CONTENDERS[name].title
        lines.append(f"| {title} | {figures['s']:.2f} | {figures['s CPU']:.2f} | {figures['MB']:.0f} |")
    return "\n".join([*lines, "", *imported(imports), ""])


def repeated(versions: dict[str, str]) -> str:
    """How it is measured again, and with what it was."""
    named = ", ".join(f"{name} {value}" for name, value in versions.items() if name not in ("date", "commit", "rows"))
    return COMMANDS + "\n" + fill(f"Versions: {named}.", 118, break_on_hyphens=False) + "\n"


COMMANDS = """## Repeating it

    make figures ARGS=--again                       # everything on this page (50 minutes)
    make bench                                      # the works, beside all others
    make bench ARGS="--contenders mainstay,fastapi --works W2 --databases sqlite"
    .venv/bin/python -m benchmarks.pgbench
    .venv/bin/python -m benchmarks.growth rows      # or resources, connections, start
    .venv/bin/python -m benchmarks.imports          # what a start imports
    .venv/bin/python -m benchmarks.profiled --works W2
    make bench-compare OLD=main                     # whether a change made requests dearer, by counted instructions

Interrupted, `make figures` goes on with what is missing. What the others need is installed into `.venv/peers`; who
needs Node.js or Go is left out where it is missing.
"""
