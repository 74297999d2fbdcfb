"""The migrations that are committed, over every revision, with data."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.migrate.folder import read
from tests.cli.serving import command
from tests.migrate.histories import HISTORIES, History, columns, rows


@pytest.mark.requirement("A2.17", "A2.18", "A2.19", "A2.20", "A2.21", "A13.16")
@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_every_revision_goes_back_and_forth_with_every_row(
    history: History, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = history.house(tmp_path, database_url)
    chain = read(house.migrations)
    assert len(chain.migrations) > 1
    assert all("\nCreate Date: 20" in one.path.read_text() for one in chain.migrations)
    schemas = {}
    for number in chain.numbers[1:]:
        house.run("to", number)
        schemas[number] = house.schema()
    if history.alone:
        house.run("check")
    history.fill(database_url)
    for number in reversed(chain.numbers[1:-1]):
        kept = house.changed(columns)
        house.run("to", number, "--yes")
        left = house.changed(columns)
        kept = {
            table: [name for name in names if name in left[table]] for table, names in kept.items() if table in left
        }
        before = rows(house, kept)
        if history.table in before:
            assert len(before[history.table]) == history.count
        assert house.schema() == schemas[number]
        for later in chain.numbers[chain.numbers.index(number) + 1 :]:
            house.run("to", later)
            assert house.schema() == schemas[later]
            assert rows(house, kept) == before
        house.run("to", number, "--yes")
    house.run("to", "0", "--yes")
    assert house.schema() == {}
    house.run("up")
    assert house.schema() == schemas[chain.newest]


def test_the_migrations_of_the_recipes_make_what_its_models_say(tmp_path: Path) -> None:
    done = command(tmp_path, "migrate", "check", "examples.recipes.app:app")
    assert done.returncode == 0, done.stdout + done.stderr
