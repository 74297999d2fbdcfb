"""Files that are changed after they were run, and databases that know more than the folder."""

from __future__ import annotations

import json

import pytest

from mainstay.migrate.digest import digest
from mainstay.migrate.folder import MigrationProblem
from tests.migrate.house import House
from tests.migrate.test_start import started

FIRST = """
class Pen(Base):
    ink: Mapped[str]
"""
SECOND = FIRST + "    width: Mapped[int | None]\n"
THIRD = SECOND + "    length: Mapped[int | None]\n"


def change(house: House, number: str, old: str, new: str) -> None:
    """Writes something else into a migration."""
    (path,) = house.migrations.glob(f"{number}_*")
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_migration_that_was_edited_after_it_was_run_stops_the_next(house: House) -> None:
    house.make("First", FIRST)
    house.make("Widths", SECOND)
    house.models(THIRD)
    house.run("make", "Lengths")
    change(house, "0002", '"width"', '"breadth"')
    said = " ".join(house.run("up", code=2).split())
    assert "0002_widths.py was run on this database on 20" in said
    assert "bring it back as it was and write the change as a new migration, or take it back" in said
    assert [one["edited"] for one in json.loads(house.run("status"))["migrations"]] == [False, True, False]
    change(house, "0002", '"breadth"', '"width"')
    house.run("up")
    house.run("check")


def test_it_can_be_taken_back_and_run_again_or_be_accepted(house: House) -> None:
    house.make("First", FIRST)
    house.make("Widths", SECOND)
    change(house, "0002", "nullable=True", "nullable=True, comment='in millimetres'")
    house.run("down")
    house.run("up")
    assert not any(one["edited"] for one in json.loads(house.run("status"))["migrations"])
    change(house, "0002", ", comment='in millimetres'", "")
    with pytest.raises(MigrationProblem, match="does something else now"):
        started(house)
    house.run("up", "--accept-edited")
    assert not any(one["edited"] for one in json.loads(house.run("status"))["migrations"])
    started(house)


def test_comments_docstrings_formatting_and_the_way_down_are_no_change(house: House) -> None:
    house.make("First", FIRST)
    text = house.file("0001")
    other = text.replace('"""First.', '"""The first one.').replace(
        "def upgrade() -> None:\n", "def upgrade() -> None:\n    # why\n\n"
    )
    other = other.replace('op.drop_table("pens")', 'op.execute("DROP TABLE pens")')
    assert digest(other) == digest(text)
    assert digest(text.replace("ink", "kni")) != digest(text)


def test_a_database_that_a_newer_version_has_migrated_is_told(house: House) -> None:
    house.make("First", FIRST)
    house.make("Widths", SECOND)
    (newest,) = house.migrations.glob("0002_*")
    newest.unlink()
    said = " ".join(house.run("up", code=2).split())
    assert "the database is at migration 0002, which is not in the folder (the newest there is 0001)" in said
    told = json.loads(house.run("status"))
    assert (told["database"], told["newest"]) == ("0002", "0001")


def test_a_database_that_was_migrated_before_there_was_a_history_goes_on(house: House) -> None:
    house.make("First", FIRST)
    house.execute("DROP TABLE mainstay_migrations")
    house.make("Widths", SECOND)
    assert [one["ran_at"] is None for one in json.loads(house.run("status"))["migrations"]] == [True, False]
    house.run("to", "0", "--yes")


def test_what_was_done_is_told_as_json(house: House) -> None:
    house.models(FIRST)
    made = json.loads(house.run("make", "First", "--json"))
    assert made == {
        "files": ["migrations/0001_first.py"],
        "changes": ["+ table pens (2 columns, 0 indexes)"],
        "hints": [],
    }
    assert json.loads(house.run("check", "--json")) == {"models": []}
    ran = {"number": "0001", "title": "First", "up": True, "changes": made["changes"]}
    assert json.loads(house.run("up", "--json")) == {"database": "0001", "lost": [], "ran": [ran]}
    assert json.loads(house.run("up", "--json")) == {"database": "0001", "lost": [], "ran": []}
    house.execute("INSERT INTO pens (id, ink) VALUES ('00000000-0000-0000-0000-000000000001', 'blue')")
    lost = ["the table pens with its 1 rows"]
    assert json.loads(house.run("down", "--json", code=4)) == {"lost": lost, "ran": []}
    assert json.loads(house.run("down", "--json", "--yes"))["lost"] == lost
    house.models(SECOND)
    assert json.loads(house.run("check", "--json", code=1)) == {"models": ["+ column pens.width integer"]}
