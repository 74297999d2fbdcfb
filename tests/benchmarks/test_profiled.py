"""Before anything is made quicker one sees where the time of a request goes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import data
from benchmarks.fill import fill
from benchmarks.profiled import AREAS, apart, show


@pytest.mark.requirement("A7.10")
def test_the_time_of_a_request_is_told_by_what_it_was_spent_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "RECIPES", 1_200)  # here, and below in the process that this one starts
    monkeypatch.setattr(data, "AUTHORS", 12)
    monkeypatch.setenv("MAINSTAY_BENCH_RECIPES", "1200")
    monkeypatch.setenv("MAINSTAY_BENCH_AUTHORS", "12")
    url = f"sqlite:///{tmp_path}/profiled.db"
    fill(url)
    found = apart(url, "sqlite", "W2", 0.5, Console(quiet=True))
    assert sum(found.areas.values()) == pytest.approx(1)
    assert found.areas[AREAS["backing"]] > 0.05
    assert found.areas[AREAS["projections/rest"]] > 0.02
    assert any(file.startswith("backing/databases/sqlite") for file in found.files)
    output = io.StringIO()
    show([found], Console(file=output, width=150))
    assert "sqlite W2" in output.getvalue()
