"""The page about what a request costs is made of the figures, and shows what is missed as missed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from benchmarks.drawing import drawing
from benchmarks.growth import Point
from benchmarks.page import Figures, page
from benchmarks.profiled import Profile
from benchmarks.run import Report, Result, ratios

RESULTS = [
    Result("sqlite", work, name, [figure, figure + 2, figure - 2], [1.0], [1.0])
    for work in ("H", "W1")
    for name, figure in (("mainstay", 50.0), ("fastapi", 700.0), ("fastify", 100.0), ("by-hand", 30.0))
]


def figures() -> Figures:
    """Figures of a run that reached some goals and missed others."""
    return Figures(
        works=Report("a machine", 3, 1.5, 64, RESULTS, ratios(RESULTS), {"gin": "Go is not installed"}),
        resources=[Point("W1", "mainstay", "sqlite", number, 50.0 + number, "µs CPU") for number in (1, 100)],
        rows=[
            Point("W1", "mainstay", "sqlite", number, 50.0, unit)
            for number in (1_000, 10_000)
            for unit in ("µs CPU", "requests/s")
        ],
        connections=[
            Point("p99 of W2", name, "postgresql", 512, figure, "ms")
            for name, figure in (("mainstay", 100.0), ("fastapi", 1_200.0), ("fastify", 300.0))
        ],
        start=[
            Point("", name, "sqlite", 1, figure, unit)
            for name, figure in (("mainstay", 0.5), ("fastapi", 0.8))
            for unit in ("s", "MB")
        ],
        profiles=[Profile("sqlite", "W1", 10_000.0, {"the log": 0.25, "plans": 0.75}, {"observe/logs.py": 0.25})],
        versions={"date": "2026-11-28", "commit": "abcdef0", "rows": "10 recipes", "granian": "2.8.7"},
    )


def test_goals_that_are_missed_are_shown_as_missed() -> None:
    text = page(figures())
    assert "| FastAPI + SQLAlchemy, SQLite | 15 times less | **14.00 missed** |" in text
    assert "| Fastify, SQLite | 1.5 times less | 2.00 |" in text
    assert "| written by hand, SQLite | at most 1.4 | **1.67 missed** |" in text
    assert "1 of 3 goals are reached, 2 are missed." in text
    assert "no growth,\n**missed**: W1 takes 2.94 times as much with\n100 as with 1" in text
    assert "FastAPI + SQLAlchemy waits 12.0 times as long (goal 10, reached)" in text
    assert "Fastify waits 3.0 times as long (goal 5, **missed**)" in text


def test_a_figure_stands_with_its_spread_its_date_its_versions_and_who_was_left_out() -> None:
    text = page(figures())
    assert "| **Mainstay** | 50 (48-52) | 50 (48-52) |" in text
    assert "on 2026-11-28, at the commit abcdef0, on a machine, with\n10 recipes; granian 2.8.7." in text
    assert "Gin + pgx was left out: Go is not installed." in text


def test_the_drawing_has_a_bar_for_each_contender_and_asks_no_host() -> None:
    text = drawing(figures().works, "2026-11-28")
    drawn = ET.fromstring(text)
    names = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [name for name in names if name in ("FastAPI + SQLAlchemy", "Fastify", "written by hand")]
    assert "14.0" in names
    assert text.count("http") == 1
