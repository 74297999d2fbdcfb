"""The page of the documentation about what a request costs, and its drawing, made of the figures alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from benchmarks.growth import Point
from benchmarks.peers import BOTH, CONTENDERS
from benchmarks.profiled import Profile
from benchmarks.requests import WORKS
from benchmarks.run import OURS, Ratio, Report, Result

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MOST_AT_512 = {"fastapi": 10.0, "fastify": 5.0}
"""How many times shorter Mainstay's p99 is to be with 512 connections."""
MOST_OF_ONE = 1.1
"""How many times more a request may take with a hundred resources than with one."""


class Figures(msgspec.Struct):
    """Everything that was measured."""

    works: Report
    resources: list[Point]
    rows: list[Point]
    connections: list[Point]
    start: list[Point]
    profiles: list[Profile]
    versions: dict[str, str]


def page(found: Figures) -> str:
    """The page."""
    parts = [
        head(found),
        *(works(found.works, kind) for kind in BOTH),
        goals(found.works.ratios),
        spent(found.profiles),
        grown(found),
        started(found.start),
        COMMANDS,
    ]
    return "\n".join(parts)


def head(found: Figures) -> str:
    """What the figures are."""
    report = found.works
    described = "\n".join(f"- **{work}** {what}" for work, what in WORKS.items())
    with_versions = ", ".join(
        f"{name} {value}" for name, value in found.versions.items() if name not in ("date", "commit", "rows")
    )
    return f"""# What a request costs

<!-- Written by `make figures` from what it measured. Do not edit. -->

User and system time of the server's processes, divided by the requests: microseconds of one core for a request. All
servers of a database run at once and are loaded in turn, so that a busy moment of the machine meets all of them:
{report.rounds} rounds of {report.seconds:g} seconds each, with {report.connections} connections. The figure is the \
median of the rounds, with the
least and the most in brackets. Figures of different days or machines cannot be compared, ratios within a table can.
Mainstay has on what is on by default: policies, limits, request ids, security headers, ETags, one line of log for each
request. The others have what `benchmarks/README.md` says of them, and answer with the same rows in the same order,
which is compared before anything is measured.

{described}

Measured on {found.versions["date"]}, at the commit {found.versions["commit"]}, on {report.machine}, with
{found.versions["rows"]}; {with_versions}.

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
        cells = [f"{results[work].figure:.0f} ({results[work].spread})" for work in names]
        title = f"**{CONTENDERS[name].title}**" if name == OURS else CONTENDERS[name].title
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    lines += [f"\n{CONTENDERS[name].title} was left out: {reason}." for name, reason in report.skipped.items()]
    return "\n".join([*lines, ""])


def goals(ratios: Sequence[Ratio]) -> str:
    """What was to be reached, and whether it was."""
    works = list(dict.fromkeys(ratio.work for ratio in ratios))
    lines = [
        "## Goals",
        "",
        "How many times less than each other Mainstay uses, beside what it is to reach; for the handler written by",
        "hand, how many times more. A goal that is missed is in bold.",
        "",
        "| against | goal | " + " | ".join(works) + " |",
        "|---|---|" + "--:|" * len(works),
    ]
    rows: dict[tuple[str, str], dict[str, Ratio]] = {}
    for ratio in ratios:
        rows.setdefault((ratio.against, ratio.database), {})[ratio.work] = ratio
    for (name, kind), reached in rows.items():
        most = CONTENDERS[name].most is not None
        wanted = sorted({ratio.goal for ratio in reached.values()}, reverse=True)
        goal = (
            ("at most " if most else "") + " or ".join(f"{each:g}" for each in wanted) + ("" if most else " times less")
        )
        cells = [one_goal(reached.get(work)) for work in works]
        lines.append(f"| {CONTENDERS[name].title}, {NAMES[kind]} | {goal} | " + " | ".join(cells) + " |")
    missed = sum(not ratio.reached for ratio in ratios)
    lines += ["", f"{len(ratios) - missed} of {len(ratios)} goals are reached, {missed} are missed.", ""]
    return "\n".join(lines)


def one_goal(ratio: Ratio | None) -> str:
    """A cell of the table of goals."""
    if ratio is None:
        return ""
    return f"{ratio.ratio:.2f}" if ratio.reached else f"**{ratio.ratio:.2f} missed**"


def spent(profiles: Sequence[Profile]) -> str:
    """Where the time goes."""
    titles = list(dict.fromkeys(title for one in profiles for title in one.areas))
    heads = [f"{NAMES[one.database]} {one.work}" for one in profiles]
    lines = [
        "## Where Mainstay's time goes",
        "",
        "Shares of the processor time of a request within Mainstay, without the HTTP server: the innermost line of",
        "Mainstay that runs, looked at a thousand times a second; what it calls of others counts as its own.",
        "",
        "| | " + " | ".join(heads) + " |",
        "|---|" + "--:|" * len(heads),
    ]
    lines += [
        f"| {title} | " + " | ".join(f"{one.areas.get(title, 0):.0%}" for one in profiles) + " |" for title in titles
    ]
    for one in profiles:
        if one.work in ("W1", "W2"):
            most = ", ".join(f"`{file}` {share:.0%}" for file, share in list(one.files.items())[:6])
            lines += ["", f"{NAMES[one.database]} {one.work}: {most}."]
    return "\n".join([*lines, ""])


def grown(found: Figures) -> str:
    """How the cost grows."""
    few, many = extremes([point for point in found.resources if point.what == "W1"])
    ratio = many.figure / few.figure
    waiting = {(point.contender, point.number): point.figure for point in found.connections}
    crowd = max(number for _, number in waiting)
    verdicts = [
        f"{CONTENDERS[name].title} waits {waiting[name, crowd] / waiting[OURS, crowd]:.1f} times as long "
        f"(goal {goal:g}, {'reached' if waiting[name, crowd] / waiting[OURS, crowd] >= goal else '**missed**'})"
        for name, goal in MOST_AT_512.items()
        if (name, crowd) in waiting
    ]
    return "\n".join(
        [
            "## How it grows",
            "",
            "With the resources of the application (SQLite, microseconds; the goal is no growth,",
            f"{'reached' if ratio <= MOST_OF_ONE else '**missed**'}: W1 takes {ratio:.2f} times as much with",
            f"{many.number} as with {few.number}):",
            "",
            *table(found.resources, lambda point: point.what),
            "",
            "With the rows, microseconds of the server (on SQLite the database is in it):",
            "",
            *table(
                [point for point in found.rows if point.unit == "µs CPU"],
                lambda point: f"{NAMES[point.database]} {point.what}",
            ),
            "",
            "and requests in a second, with the database on the second core:",
            "",
            *table(
                [point for point in found.rows if point.unit != "µs CPU"],
                lambda point: f"{NAMES[point.database]} {point.what}",
            ),
            "",
            "With the connections: the time within which 99 of 100 answers to W2 on PostgreSQL are there, in ms. "
            + "; ".join(verdicts)
            + ".",
            "",
            *table(found.connections, lambda point: CONTENDERS[point.contender].title),
            "",
        ]
    )


def extremes(points: Sequence[Point]) -> tuple[Point, Point]:
    """The points with the fewest and the most of what grows."""
    return min(points, key=lambda point: point.number), max(points, key=lambda point: point.number)


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


def started(points: Sequence[Point]) -> str:
    """What a start costs."""
    seconds = {point.contender: point.figure for point in points if point.unit == "s"}
    memory = {point.contender: point.figure for point in points if point.unit == "MB"}
    verdict = "reached" if seconds[OURS] < seconds.get("fastapi", 0) else "**missed**"
    smaller = "reached" if memory[OURS] < memory.get("fastapi", 0) else "**missed**"
    lines = [
        "## Start and memory",
        "",
        "From the start of the process to its first answer with 200 on SQLite, the database there already, and the",
        "memory that it has then (PSS). The goal is less than FastAPI + SQLAlchemy:",
        f"the start {verdict}, the memory {smaller}.",
        "",
        "| | seconds | MB |",
        "|---|--:|--:|",
    ]
    lines += [f"| {CONTENDERS[name].title} | {seconds[name]:.2f} | {memory[name]:.0f} |" for name in seconds]
    return "\n".join([*lines, ""])


COMMANDS = """## Repeating it

    make figures                                    # everything on this page; goes on where it was interrupted
    make bench                                      # the works, beside all others
    make bench ARGS="--contenders mainstay,fastapi --works W2 --databases sqlite"
    .venv/bin/python -m benchmarks.growth connections
    .venv/bin/python -m benchmarks.growth rows --rows 1000000
    .venv/bin/python -m benchmarks.profiled --works W2
    make bench-compare OLD=main                     # whether a change made requests dearer, by counted instructions

What the others need is installed into `.venv/peers`; who needs Node.js or Go is left out where it is missing.
"""
