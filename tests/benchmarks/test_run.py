"""The benchmark runs, its contenders answer alike, and a goal that is missed is shown as missed."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from benchmarks import data
from benchmarks.requests import WORKS
from benchmarks.run import Options, Report, Result, measure, ratios, show


def results(ours: float, theirs: float, by_hand: float) -> list[Result]:
    """One work, measured once."""
    figures = {"mainstay": ours, "fastapi": theirs, "by-hand": by_hand}
    return [Result("sqlite", "W1", name, [figure], [1.0], [1.0]) for name, figure in figures.items()]


def test_goals_are_compared_with_the_ratios() -> None:
    assert [ratio.reached for ratio in ratios(results(40, 600, 30))] == [True, True]
    assert [ratio.reached for ratio in ratios(results(50, 700, 30))] == [False, False]


def test_a_missed_goal_is_shown_as_missed() -> None:
    found = results(50, 700, 30)
    output = io.StringIO()
    show(Report("a machine", 1, 1.0, 64, found, ratios(found)), Console(file=output, width=200))
    assert output.getvalue().count("MISSED") == 2


@pytest.mark.requirement("A7.09")
def test_contenders_answer_alike_and_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "RECIPES", 4_000)  # here, and below in the processes that this one starts
    monkeypatch.setattr(data, "AUTHORS", 40)
    monkeypatch.setenv("MAINSTAY_BENCH_RECIPES", "4000")
    monkeypatch.setenv("MAINSTAY_BENCH_AUTHORS", "40")
    options = Options(
        rounds=1,
        seconds=0.3,
        databases=["sqlite"],
        contenders=["mainstay", "by-hand"],
        connections=4,
        console=Console(quiet=True),
    )
    report = measure(options)
    assert [(result.work, result.contender) for result in report.results] == [
        (work, name) for work in WORKS for name in ("mainstay", "by-hand")
    ]
    assert all(result.figure > 0 for result in report.results)
    ours = [result for result in report.results if result.contender == "mainstay"]
    assert all(options.connections / result.per_second[0] < 0.2 for result in ours)  # seconds that an answer took
