"""What an application does with its migrations when it starts."""

from __future__ import annotations

import asyncio
import importlib
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from mainstay import Mainstay, Settings
from mainstay.events import Event, IndexMissing, Migrated
from mainstay.migrate.folder import MigrationProblem
from tests.cli.serving import command
from tests.migrate.house import House, told

FIRST = """
class Lamp(Base):
    watts: Mapped[int] = field(index=True)
"""
THEIRS = """
OPTIONS = {"managed": False}


class Lamp(Base):
    FILTERED = ("watts",)
    watts: Mapped[int]


class Shade(Base):
    tint: Mapped[str]
"""
SECOND = FIRST + "    colour: Mapped[str | None]\n"


def started(house: House, **more: Any) -> list[Event]:
    """What is told while the application starts and stops."""
    events: list[Event] = []
    with told(house.environment | {f"MAINSTAY_{name.upper()}": str(value) for name, value in more.items()}):
        module = importlib.import_module(house.target.partition(":")[0])
        settings = Settings(log="off", address_limit=None, user_limit=None)
        app: Mainstay = module.made(settings, listeners=[events.append])

    async def run() -> None:
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(run())
    return events


def test_in_development_migrations_are_run_and_told_with_what_they_change(house: House) -> None:
    house.models(FIRST)
    house.run("make", "First")
    house.models(SECOND)
    house.run("make", "Colours")
    events = [event for event in started(house) if isinstance(event, Migrated)]
    assert events == [
        Migrated("0001", "First", ("+ table lamps (2 columns, 1 indexes)",)),
        Migrated("0002", "Colours", ("+ column lamps.colour text",)),
    ]
    assert not [event for event in started(house) if isinstance(event, Migrated)], (
        "the second time there is nothing to do"
    )


def test_what_a_start_in_development_loses_is_told(house: House) -> None:
    house.make("First", SECOND)
    house.execute("INSERT INTO lamps (id, watts, colour) VALUES ('00000000-0000-0000-0000-000000000001', 60, 'red')")
    house.models(FIRST)
    house.run("make", "No colours")
    (told,) = [event for event in started(house) if isinstance(event, Migrated)]
    lost = "! these migrations lose, for good: lamps.colour, which has a value in 1 rows"
    assert told.changes == ("- column lamps.colour", lost)


def test_models_that_say_more_than_the_migrations_are_not_served(house: House) -> None:
    house.make("First", FIRST)
    house.models(SECOND)
    words = r'no migration makes.*migrate make "\.\.\."\n  \+ column lamps.colour'
    with pytest.raises(MigrationProblem, match=words):
        started(house)


def test_elsewhere_a_database_behind_is_refused_and_one_ahead_is_served(house: House) -> None:
    house.make("First", FIRST)
    house.models(SECOND)
    house.run("make", "Colours")
    with pytest.raises(
        MigrationProblem, match="at migration 0001 and the application needs 0002: run mainstay migrate up"
    ):
        started(house, create_tables=False)
    house.run("up")
    started(house, create_tables=False)
    (newest,) = house.migrations.glob("0002_*")
    newest.unlink()
    started(house, create_tables=False)


def test_without_migrations_tables_are_created_and_a_first_migration_finds_them(house: House) -> None:
    house.models(FIRST)
    started(house)
    house.execute("INSERT INTO lamps (id, watts) VALUES ('00000000-0000-0000-0000-000000000001', 60)")
    house.run("make", "First")
    assert "The tables were made without migrations, and are what 0001 makes: noted." in house.run("up")
    house.make("Colours", SECOND)
    assert house.rows("SELECT watts, colour FROM lamps") == [(60, None)]


def test_tables_that_are_otherwise_than_the_models_say_by_now_are_told(house: House) -> None:
    made = "class Lamp(Base):\n    name: Mapped[Annotated[str, Len(1, 12)]]\n    watts: Mapped[int | None]\n"
    house.models(made)
    started(house)
    house.models(made.replace("12", "30").replace("int | None", "int"))
    house.run("make", "First")
    said = house.run("up", code=2)
    assert "the database has the table lamps, which no migration has made there" in said
    assert "lamps.watts not null" in said
    assert "length(name) <= 30" in said if house.url.startswith("sqlite") else "lamps.name text(30)" in said
    assert house.rows("SELECT count(*) FROM lamps") == [(0,)]
    (path,) = house.migrations.glob("*.py")
    path.unlink()
    house.models(made)
    house.run("make", "First")
    assert "are what 0001 makes: noted" in house.run("up")


def test_tables_that_no_migration_makes_so_are_told(house: House) -> None:
    house.models(FIRST)
    started(house)
    house.execute("ALTER TABLE lamps ADD COLUMN extra INTEGER")
    house.run("make", "First")
    assert "the database has the table lamps, which no migration has made there" in house.run("up", code=2)


def test_somebody_elses_database_is_left_alone_and_its_missing_indexes_told(house: House) -> None:
    house.make("First", FIRST)
    assert json.loads(house.run("check", "--json")) == {"models": []}
    house.execute("DROP INDEX ix_lamps_watts")
    before = house.schema()
    house.models(THEIRS)
    sql = [event.sql for event in started(house) if isinstance(event, IndexMissing)]
    concurrently = "" if house.url.startswith("sqlite") else "CONCURRENTLY "
    assert sql == [f"CREATE INDEX {concurrently}ix_lamps_watts_id ON lamps (watts, id)", "-- there is no table shades"]
    assert house.schema() == before
    assert house.run("status").splitlines() == [f"{text};" for text in sql]
    assert json.loads(house.run("status", "--json")) == {"missing": [f"{text};" for text in sql]}
    assert "somebody else's (managed=False)" in house.run("make", "Mine", code=2)
    house.execute("CREATE INDEX theirs ON lamps (watts, id)")
    assert [event.sql for event in started(house) if isinstance(event, IndexMissing)] == sql[1:]


SORTED = """
OPTIONS = {"managed": False}


class Lamp(Base):
    FILTERED = ("watts",)
    watts: Mapped[int | None]
    maker: Mapped[str] = field(search=True)
"""


def test_an_index_that_serves_no_call_and_a_search_that_is_not_there_are_missing(house: House) -> None:
    house.models(SORTED.replace('OPTIONS = {"managed": False}', "").replace(" = field(search=True)", ""))
    house.run("make", "First")
    house.run("up")
    house.execute("DROP INDEX ix_lamps_watts_id")
    house.models(SORTED)
    concurrently = "" if house.url.startswith("sqlite") else "CONCURRENTLY "
    nulls = "" if house.url.startswith("sqlite") else " ASC NULLS FIRST"
    wanted = f"CREATE INDEX {concurrently}ix_lamps_watts_id ON lamps (watts{nulls}, id);"
    said = json.loads(house.run("status", "--json"))["missing"]
    assert said[0] == wanted
    house.execute("CREATE INDEX theirs ON lamps (watts, id)")
    said = json.loads(house.run("status", "--json"))["missing"]
    if house.url.startswith("sqlite"):
        (comment,) = said
        assert comment.startswith("-- lamps has no index of the words in maker: on SQLite it is in the way of other")
        return
    assert said[0] == wanted, "nulls are at the other end of theirs"
    for sql in said:
        house.execute(sql.replace("CONCURRENTLY ", ""))
    assert house.run("status").strip() == ""
    house.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_lamps_watts_id'::regclass")
    assert json.loads(house.run("status", "--json"))["missing"] == [wanted], "one that was cut off serves nobody"


def test_the_server_says_in_one_line_why_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_first.py").write_text("")
    (tmp_path / "app.py").write_text("from mainstay import Mainstay\n\napp = Mainstay()\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = command(tmp_path, "serve", "app:app", "--port", str(port), create_tables="false", log="off")
    assert done.returncode == 2
    assert "mainstay: the database is at migration 0000 and the application needs 0001: run" in done.stderr
