"""What is to be reached, and whether it was: the ratios of the works, beside pgbench, with growth, at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import log
from statistics import median

import msgspec

from benchmarks import pgbench
from benchmarks.growth import Point
from benchmarks.peers import CONTENDERS
from benchmarks.pgbench import Rate
from benchmarks.run import OURS, Ratio

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
WAITING = {"fastapi": 10.0, "fastify": 5.0}
"""How many times shorter Mainstay's p99 is to be where there are most connections."""
NO_GROWTH = 1.1
"""How many times more a request may take with a hundred resources than with one; a tenth is what rounds differ by."""
USUAL = "fastapi"
"""Beside whom a start is to be cheaper."""


class Verdict(msgspec.Struct):
    """One goal and what was reached of it, in words."""

    what: str
    goal: str
    found: str
    reached: bool
    where: str = ""
    """Where the time goes, or where the page says it."""


def beside_pgbench(rates: Sequence[Rate]) -> Iterator[Verdict]:
    """The part of its rate."""
    for rate in rates:
        goal = f"{pgbench.GOALS[rate.work]:.0%} of its rate"
        busy = median(rate.busy)
        where = f"Mainstay's core worked {busy:.0%} of the time and waited for PostgreSQL and the client in the rest"
        yield Verdict(f"{rate.work}, beside pgbench -M prepared", goal, f"{rate.part:.0%}", rate.reached, where)


def with_resources(points: Sequence[Point]) -> Iterator[Verdict]:
    """Processor time with most resources, as a multiple of that with fewest."""
    for work, (few, many) in ends(points, lambda point: (point.what,)).items():
        ratio = many.figure / few.figure
        what = f"{work[0]}, {many.number} resources against {few.number}"
        where = f"as {work[0]} on SQLite, by the table above"
        yield Verdict(what, f"no growth: at most {NO_GROWTH:g}", f"{ratio:.2f}", ratio <= NO_GROWTH, where)


def with_rows(points: Sequence[Point]) -> Iterator[Verdict]:
    """How many times longer a request takes with most rows: on SQLite its processor, on PostgreSQL all together."""
    deciding = [point for point in points if (point.unit == "µs CPU") == (point.database == "sqlite")]
    for (kind, work), (few, many) in ends(deciding, lambda point: (point.database, point.what)).items():
        if few.number == many.number:
            continue
        most = log(many.number) / log(few.number)
        ratio = many.figure / few.figure if kind == "sqlite" else few.figure / many.figure
        what = f"{work}, {many.number:,} rows against {few.number:,}, {NAMES[kind]}"
        where = "the database, which alone knows how many rows there are"
        yield Verdict(what, f"the logarithm: at most {most:.2f}", f"{ratio:.2f}", ratio <= most, where)


def with_connections(points: Sequence[Point]) -> Iterator[Verdict]:
    """How many times longer others keep waiting the last but one in a hundred."""
    waiting = {(point.contender, point.number): point.figure for point in points}
    crowd = max(number for _, number in waiting)
    for name, goal in WAITING.items():
        if (name, crowd) in waiting:
            ratio = waiting[name, crowd] / waiting[OURS, crowd]
            what = f"p99 with {crowd} connections, beside {CONTENDERS[name].title}"
            where = f"an answer waits for {crowd - 1} others, each as W2 on PostgreSQL by the table above"
            yield Verdict(what, f"{goal:g} times shorter", f"{ratio:.1f}", ratio >= goal, where)


def at_the_start(points: Sequence[Point]) -> Iterator[Verdict]:
    """Seconds and memory, both less than what is usual."""
    figures = {(point.contender, point.unit): point.figure for point in points}
    where = "what is imported, below under start and memory"
    for unit, what, digits in (("s", "start to the first 200", 2), ("MB", "memory when idle", 0)):
        if (USUAL, unit) in figures:
            ours, theirs = figures[OURS, unit], figures[USUAL, unit]
            goal = f"less than {CONTENDERS[USUAL].title}'s {theirs:.{digits}f} {unit}"
            yield Verdict(what, goal, f"{ours:.{digits}f} {unit}", ours < theirs, where)


def ends(
    points: Sequence[Point], named: Callable[[Point], tuple[str, ...]]
) -> dict[tuple[str, ...], tuple[Point, Point]]:
    """The points of each name with the fewest and with the most of what grows."""
    found: dict[tuple[str, ...], list[Point]] = {}
    for point in points:
        found.setdefault(named(point), []).append(point)
    by_number = {name: sorted(each, key=lambda point: point.number) for name, each in found.items()}
    return {name: (each[0], each[-1]) for name, each in by_number.items()}


def goals(ratios: Sequence[Ratio], verdicts: Sequence[Verdict]) -> str:
    """What was to be reached, and whether it was."""
    works = list(dict.fromkeys(ratio.work for ratio in ratios))
    reached = [one.reached for one in ratios] + [one.reached for one in verdicts]
    told = f"Of {len(reached)} goals {sum(reached)} are reached and {len(reached) - sum(reached)} are missed"
    lines = [
        "## Goals",
        "",
        f"{told}; what is missed is in bold.",
        "",
        "How many times less processor time than each other Mainstay uses; for the handler written by hand, how many",
        "times more:",
        "",
        "| against | goal | " + " | ".join(works) + " |",
        "|---|---|" + "--:|" * len(works),
    ]
    rows: dict[tuple[str, str], dict[str, Ratio]] = {}
    for ratio in ratios:
        rows.setdefault((ratio.against, ratio.database), {})[ratio.work] = ratio
    for (name, kind), judged in rows.items():
        most = CONTENDERS[name].most is not None
        wanted = sorted({ratio.goal for ratio in judged.values()}, reverse=True)
        goal = (
            ("at most " if most else "") + " or ".join(f"{each:g}" for each in wanted) + ("" if most else " times less")
        )
        cells = [one_goal(judged.get(work)) for work in works]
        lines.append(f"| {CONTENDERS[name].title}, {NAMES[kind]} | {goal} | " + " | ".join(cells) + " |")
    lines += ["", "And besides:", "", "| | goal | found |", "|---|---|--:|"]
    for one in verdicts:
        found = one.found if one.reached else f"**{one.found} missed**"
        lines.append(f"| {one.what} | {one.goal} | {found} |")
    return "\n".join([*lines, ""])


def one_goal(ratio: Ratio | None) -> str:
    """A cell of the table of goals."""
    if ratio is None:
        return ""
    return f"{ratio.ratio:.2f}" if ratio.reached else f"**{ratio.ratio:.2f} missed**"
