"""Counting what a kill lost: the count must notice what is missing, doubled or changed."""

from __future__ import annotations

import pytest
from rich.console import Console

from benchmarks.kill import Ledger, Tally, Writers, survive

ROWS = [("1", "r0.0.0."), ("2", "r0.1.0.")]


def noted(*rows: tuple[str, str]) -> Writers:
    """Clients that were told of these rows."""
    writers = Writers(0, "r0")
    writers.noted.update(rows)
    return writers


@pytest.mark.parametrize(
    "stored,lost,duplicates,changed",
    [
        (ROWS, 0, 0, 0),
        (ROWS[:1], 1, 0, 0),
        ([*ROWS, ("3", "r0.0.0.")], 0, 1, 0),
        ([ROWS[0], ("2", "something else")], 0, 0, 1),
    ],
    ids=["all there", "one missing", "one twice", "one changed"],
)
def test_what_is_missing_double_or_changed_is_counted(
    stored: list[tuple[str, str]], lost: int, duplicates: int, changed: int
) -> None:
    tally = Tally("sqlite")
    Ledger().judge(tally, noted(*ROWS), stored)
    assert (tally.lost, tally.duplicates, tally.changed) == (lost, duplicates, changed)
    assert tally.good == (stored == ROWS)


def test_a_row_of_an_earlier_round_that_vanishes_later_is_lost() -> None:
    tally, ledger = Tally("sqlite"), Ledger()
    ledger.judge(tally, noted(ROWS[0]), ROWS[:1])
    ledger.judge(tally, noted(ROWS[1]), ROWS[1:])
    assert (tally.rounds, tally.acknowledged, tally.lost) == (2, 2, 1)


def test_a_round_of_kill_9_loses_nothing() -> None:
    (tally,) = survive(["sqlite"], 1, "benchmarks.contenders.marks:app", Console(quiet=True), seed=1)
    assert tally.good
    assert tally.acknowledged > 0
    assert tally.unanswered > 0
