"""The migrations of the examples, over every revision, with data."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from examples.recipes.app import application
from examples.recipes.load import fill
from mainstay.migrate.folder import read
from mainstay.migrate.history import HISTORY
from mainstay.migrate.version import TABLE
from tests.cli.serving import command
from tests.migrate.house import NAMES, House

APP = "from examples.recipes.app import application\n\napp = application({url!r})\n"
EXAMPLE = Path(__file__).parents[2] / "examples" / "recipes"


def rows(house: House, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    """Every value of these columns, table by table."""
    return {
        table: sorted(map(repr, house.rows(f"SELECT {', '.join(names)} FROM {table}")))
        for table, names in columns.items()
    }


def columns(connection: sa.Connection) -> dict[str, list[str]]:
    """The columns of the tables that hold what people wrote."""
    found = sa.inspect(connection)
    return {
        table: [column["name"] for column in found.get_columns(table) if not column["name"].startswith("search_")]
        for table in found.get_table_names()
        if table not in {TABLE, HISTORY} and "_search_" not in table
    }


@pytest.mark.requirement("A2.17", "A2.18", "A2.19", "A2.20", "A2.21")
def test_every_revision_of_the_recipes_goes_back_and_forth_with_every_row(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = House(tmp_path, database_url)
    house.migrations = EXAMPLE / "migrations"
    module = next(NAMES)
    (tmp_path / f"{module}.py").write_text(APP.format(url=database_url))
    house.target = f"{module}:app"
    chain = read(house.migrations)
    schemas = {}
    for number in chain.numbers[1:]:
        house.run("to", number)
        schemas[number] = house.schema()
    assert asyncio.run(fill(application(database_url)))
    for number in reversed(chain.numbers[1:-1]):
        kept = house.changed(columns)
        house.run("to", number, "--yes")
        left = house.changed(columns)
        kept = {
            table: [name for name in names if name in left[table]] for table, names in kept.items() if table in left
        }
        before = rows(house, kept)
        assert len(before["recipes"]) == 383
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
