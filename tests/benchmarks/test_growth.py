"""What a start costs, what it imports, and what PostgreSQL's own client does with the same statements is measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import data, growth, pgbench
from benchmarks.fill import fill
from benchmarks.growth import Effort
from benchmarks.imports import imports
from tests.servers import PostgresServer, postgresql

ASKED = {"W1": r"id = \$1", "W2": r"author_id = \$1 AND published = \$2 ORDER BY created_at DESC, id DESC LIMIT \$3"}
EFFORT = Effort(rounds=1, seconds=0.3, console=Console(quiet=True))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows, here and in the processes that this one starts."""
    monkeypatch.setattr(data, "RECIPES", 1_200)
    monkeypatch.setattr(data, "AUTHORS", 12)
    monkeypatch.setenv("MAINSTAY_BENCH_RECIPES", "1200")
    monkeypatch.setenv("MAINSTAY_BENCH_AUTHORS", "12")


@pytest.fixture(scope="module")
def behind() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, whose log has what it is asked."""
    with postgresql(log_statement="all", log_min_messages="log") as server:
        yield server


def test_a_start_takes_time_and_leaves_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "DEFAULT", ("mainstay", "by-hand"))
    found = {(point.contender, point.unit): point.figure for point in growth.start(EFFORT)}
    assert found["mainstay", "s"] > found["by-hand", "s"] > 0.05
    assert found["mainstay", "s CPU"] > found["by-hand", "s CPU"] > 0.05
    assert found["mainstay", "MB"] > found["by-hand", "MB"] > 5


def test_what_a_start_imports_is_told_by_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.imports.COMPARED", ("mainstay", "by-hand"))
    ours, by_hand = imports(EFFORT)
    assert {"mainstay", "sqlalchemy", "fastapi"} <= ours.packages.keys()
    assert "granian" in by_hand.packages
    assert ours.modules > by_hand.modules > 100
    assert ours.seconds > sum(ours.packages.values()) * 0.99


@pytest.mark.parametrize("work", ["W1", "W2"])
def test_pgbench_sends_the_statements_for_different_rows(work: str, behind: PostgresServer, tmp_path: Path) -> None:
    url = behind.create_database()
    fill(url)
    file = tmp_path / "script.sql"
    file.write_text(pgbench.script(work))
    log = behind.home / "log"
    before = len(log.read_bytes())
    assert pgbench.per_second(behind.programs, url, file, 1.0) > 100
    said = log.read_bytes()[before:].decode()
    asked = {line for line in said.splitlines() if "DETAIL:  Parameters: $1 = '" in line}
    rows = {line.partition("$1 = ")[2] for line in asked}
    assert len(rows) > (pgbench.ROWS if work == "W1" else 10)
    assert re.search(rf"LOG:  execute \S+: SELECT {pgbench.COLUMNS} FROM recipes WHERE {ASKED[work]}", said)
