"""A migration that is killed, and several at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mainstay.migrate.folder import read
from tests.migrate.forked import seen
from tests.migrate.histories import HISTORIES, columns, rows
from tests.migrate.house import House

ROOT = Path(__file__).parents[2]

STRIDES = {"bank": 5, "orders": 5, "publishing": 30, "recipes": 30}
"""Of a history's statements one of so many is the last that is run."""

FIRST = """
class Room(Base):
    name: Mapped[Annotated[str, Len(1, 40)]]


class Chair(Base):
    room_id: Mapped[UUID] = reference(Room, on_delete="cascade")
    legs: Mapped[int] = field(default=4)
"""
SECOND = FIRST.replace("Len(1, 40)]]", "Len(2, 60)]] = field(unique=True)\n    floor: Mapped[int] = field(default=0)")
THIRD = SECOND.replace("    legs: Mapped[int] = field(default=4)\n", "    arms: Mapped[int | None]\n")


def forked(mode: str, house: House, target: str = "newest", stride: int = 1) -> tuple[dict[str, Any], str]:
    """What `tests/migrate/forked.py` found, and what its processes said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.migrate.forked", mode, str(house.migrations), house.url, target, str(stride)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout), done.stderr


def furnished(house: House) -> None:
    """Three migrations, the first of which has been run, and rows."""
    house.make("First", FIRST)
    room = "00000000-0000-0000-0000-000000000001"
    house.execute(
        f"INSERT INTO rooms (id, name) VALUES ('{room}', 'hall')",
        f"INSERT INTO chairs (id, room_id, legs) VALUES ('{room}', '{room}', 3)",
    )
    for message, source in (("Second", SECOND), ("Third", THIRD)):
        house.models(source)
        house.run("make", message)


def test_killed_before_any_statement_it_leaves_the_old_schema_or_the_new(house: House) -> None:
    furnished(house)
    told, _ = forked("killed", house)
    assert told["kills"] >= 15
    numbers = [number for _, number in told["states"]]
    assert numbers == ["[('0001',)]", "[('0002',)]", "[('0003',)]"], "each migration wholly or not at all"
    assert house.rows("SELECT name, floor FROM rooms") == [("hall", 0)]
    assert house.rows("SELECT arms FROM chairs") == [(None,)]


def test_of_several_that_migrate_at_once_each_migration_is_run_once(house: House) -> None:
    furnished(house)
    told, said = forked("several", house)
    assert sorted(said.split("\n")) == ["", "ran 0002", "ran 0003"]
    assert told["states"][0][1] == "[('0003',)]"


@pytest.mark.requirement("A2.18")
@pytest.mark.parametrize("name, stride", STRIDES.items(), ids=STRIDES)
def test_a_history_with_rows_that_is_killed_on_both_ways_keeps_every_row(
    name: str, stride: int, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = HISTORIES[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = history.house(tmp_path, database_url)
    numbers = read(house.migrations).numbers
    house.run("up")
    history.fill(database_url)
    whole = [seen(house)]
    for number in reversed(numbers[1:-1]):
        house.run("to", number, "--yes")
        whole.append(seen(house))
    kept = rows(house, house.changed(columns))
    for target, states in ((numbers[-1], whole[::-1]), (numbers[1], whole)):
        told, _ = forked("killed", house, target, stride)
        assert told["kills"] >= 2
        assert told["states"][-1] == states[-1]
        assert told["states"] == [state for state in states if state in told["states"]], "each wholly or not at all"
        if name == "bank":
            assert told["states"] == states
    assert rows(house, house.changed(columns)) == kept
