"""The page about what a request costs is made of the figures, and shows what is missed as missed."""

from __future__ import annotations

import copy
from xml.etree import ElementTree as ET

from benchmarks.drawing import drawing
from benchmarks.growth import Point
from benchmarks.imports import Imports
from benchmarks.page import Figures, page
from benchmarks.pgbench import Rate
from benchmarks.profiled import Profile
from benchmarks.run import Report, Result, ratios

RESULTS = [
    Result("sqlite", work, name, [figure, figure + 2, figure - 2], [1.0], [1.0])
    for work in ("H", "W1")
    for name, figure in (("mainstay", 50.0), ("fastapi", 700.0), ("fastify", 100.0), ("by-hand", 30.0))
]


def start(name: str, figure: float) -> list[Point]:
    """What a start of somebody took."""
    return [
        Point("", name, "sqlite", 1, figure * times, unit) for unit, times in (("s", 1), ("s CPU", 0.5), ("MB", 99))
    ]


def figures() -> Figures:
    """Figures of a run that reached some goals and missed others."""
    rows = {"sqlite": (50.0, 100.0, 110.0), "postgresql": (80.0, 80.0, 80.0)}
    return Figures(
        works=Report("a machine", 3, 1.5, 64, RESULTS, ratios(RESULTS), {"gin": "Go is not installed"}),
        pgbench=[Rate("W1", [9_000.0], [20_000.0], [0.9]), Rate("W2", [9_000.0], [10_000.0], [0.9])],
        resources=[Point("W1", "mainstay", "sqlite", number, 50.0 + number, "µs CPU") for number in (1, 100)],
        rows=[
            Point(work, "mainstay", kind, number, figure if unit == "µs CPU" else 1e6 / figure, unit)
            for kind, each in rows.items()
            for work, last in (("W1", each[1]), ("W2", each[2]))
            for number, figure in ((1_000, each[0]), (1_000_000, last))
            for unit in ("µs CPU", "requests/s")
        ],
        connections=[
            Point("p99 of W2", name, "postgresql", 512, figure, "ms")
            for name, figure in (("mainstay", 100.0), ("fastapi", 1_200.0), ("fastify", 300.0))
        ],
        start=start("mainstay", 0.5) + start("fastapi", 0.4),
        imports=[Imports("mainstay", 900, 0.5, {"sqlalchemy": 0.2, "pydantic": 0.1})],
        profiles=[Profile("sqlite", "W1", 10_000.0, {"the log": 0.25, "plans": 0.75}, {"observe/logs.py": 0.25})],
        versions={"date": "2026-11-28", "commit": "abcdef0", "rows": "10 recipes", "granian": "2.8.7"},
    )


def test_goals_that_are_missed_are_shown_as_missed() -> None:
    text = page(figures())
    assert "| FastAPI + SQLAlchemy, SQLite | 15 times less | **14.00 missed** |" in text
    assert "| Fastify, SQLite | 1.5 times less | 2.00 |" in text
    assert "| written by hand, SQLite | at most 1.4 | **1.67 missed** |" in text
    assert "Of 14 goals 6 are reached and 8 are missed" in text


def test_goals_beside_pgbench_with_growth_and_at_the_start_are_judged_too() -> None:
    text = page(figures())
    assert "| W1, beside pgbench -M prepared | 50% of its rate | **45% missed** |" in text
    assert "| W2, beside pgbench -M prepared | 80% of its rate | 90% |" in text
    assert "| W1, 100 resources against 1 | no growth: at most 1.1 | **2.94 missed** |" in text
    assert "| W1, 1,000,000 rows against 1,000, SQLite | the logarithm: at most 2.00 | 2.00 |" in text
    assert "| W2, 1,000,000 rows against 1,000, SQLite | the logarithm: at most 2.00 | **2.20 missed** |" in text
    assert "| W2, 1,000,000 rows against 1,000, PostgreSQL | the logarithm: at most 2.00 | 1.00 |" in text
    assert "| p99 with 512 connections, beside FastAPI + SQLAlchemy | 10 times shorter | 12.0 |" in text
    assert "| p99 with 512 connections, beside Fastify | 5 times shorter | **3.0 missed** |" in text
    assert (
        "| start to the first 200 | less than FastAPI + SQLAlchemy's 0.40 s | **0.50 s missed** |\n"
        "| memory when idle | less than FastAPI + SQLAlchemy's 40 MB | **50 MB missed** |"
    ) in text


def test_where_the_time_of_a_missed_goal_goes_is_told() -> None:
    text = page(figures())
    assert (
        "- **W1 on SQLite**, beside FastAPI + SQLAlchemy (14.00, not 15), written by hand (1.67, not 1.4): "
        "plans 75%, the log 25%; `observe/logs.py` 25%." in text
    )
    assert "- **W1, beside pgbench -M prepared** (45%): Mainstay's core worked 90% of the time" in text
    assert "- **start to the first 200** (0.50 s): what is imported, below" in text
    assert "- **W2, beside pgbench" not in text
    assert "H takes of the handler written by hand:\n30 µs on SQLite." in text
    assert "- Mainstay: 900 modules in 0.50 s; sqlalchemy 0.20, pydantic 0.10." in text


def test_a_figure_stands_with_its_spread_its_date_its_versions_and_who_was_left_out() -> None:
    text = page(figures())
    assert "| **Mainstay** | 50<br><small>48‑52</small> | 50<br><small>48‑52</small> |" in text
    assert "on 2026-11-28, at the commit abcdef0, on a machine, with\n10 recipes;" in text
    assert "Versions: granian 2.8.7." in text
    assert "Gin + pgx was left out: Go is not installed." in text


def test_a_contender_that_cannot_do_a_work_has_an_empty_cell() -> None:
    found = copy.deepcopy(figures())
    found.works.results = [
        result for result in found.works.results if (result.contender, result.work) != ("fastify", "H")
    ]
    assert "| Fastify |  | 100<br><small>98‑102</small> |" in page(found)


def test_the_drawing_has_a_bar_for_each_contender_and_asks_no_host() -> None:
    text = drawing(figures().works, "2026-11-28")
    drawn = ET.fromstring(text)
    names = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [name for name in names if name in ("FastAPI + SQLAlchemy", "Fastify", "written by hand")]
    assert "14.0" in names
    assert text.count("http") == 1
