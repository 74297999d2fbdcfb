"""What is hard on SQLite: a table that is made anew with all that hangs on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrate.house import House

MODELS = """
class Sink(Base):
    __table_args__ = (Index("ix_sinks_odd", text("lower(name)"), sqlite_where=text("number % 2 = 1")),)
    number: Mapped[int] = field(primary_key=True)
    name: Mapped[Annotated[str, Len(1, 40)]] = field(collation=None)


class Cup(Base):
    sink_number: Mapped[int] = reference(Sink, on_delete="cascade")
    name: Mapped[str]
"""


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A kitchen with three sinks, the last of which is gone, two cups, and what SQL alone can make."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    kitchen = House(tmp_path, sqlite_url)
    kitchen.make("First", MODELS)
    kitchen.execute(
        "INSERT INTO sinks (number, name) VALUES (1, 'steel'), (2, 'stone'), (7, 'gone')",
        "DELETE FROM sinks WHERE number = 7",
        "INSERT INTO cups (id, sink_number, name) VALUES ('a', 1, 'red cup'), ('b', 1, 'blue cup'), ('c', 2, 'green')",
        "DELETE FROM cups WHERE id = 'a'",  # so that the numbers of rows are not 1, 2
        "CREATE TABLE log (said TEXT)",
        "CREATE TRIGGER told AFTER INSERT ON sinks BEGIN INSERT INTO log VALUES (new.name); END",
        "CREATE TRIGGER other AFTER INSERT ON log BEGIN UPDATE cups SET name = name; END",
        "CREATE VIEW full AS SELECT s.name AS sink, c.name AS cup FROM sinks s JOIN cups c ON c.sink_number = s.number",
        "CREATE VIRTUAL TABLE words USING fts5(name, content='cups')",
        "INSERT INTO words (words) VALUES ('rebuild')",
        "CREATE VIRTUAL TABLE own USING fts5(name)",
        "INSERT INTO own (rowid, name) SELECT rowid, name FROM cups",
    )
    return kitchen


def test_everything_that_hangs_on_a_table_is_there_when_it_was_made_anew(house: House) -> None:
    before, cups = house.schema(), house.rows("SELECT rowid, * FROM cups")
    assert [number for number, *_ in cups] == [2, 3]
    house.models(
        MODELS.replace("Len(1, 40)", "Len(1, 50)").replace("name: Mapped[str]\n", "name: Mapped[str | None]\n")
    )
    house.run("make", "Longer names")
    house.run("up")
    after = house.schema()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"table sinks", "table cups"}
    assert before.keys() == after.keys()
    assert house.rows("SELECT rowid, * FROM cups") == cups, (
        "nothing was deleted by a cascade, and rows keep their numbers"
    )
    assert house.rows("SELECT cup FROM full ORDER BY cup") == [("blue cup",), ("green",)]
    for index in ("words", "own"):
        found = house.rows(
            f"SELECT c.name FROM {index} JOIN cups c ON c.rowid = {index}.rowid WHERE {index} MATCH 'blue'"
        )
        assert found == [("blue cup",)]
    house.execute("INSERT INTO sinks (name) VALUES ('tin')")
    assert house.rows("SELECT max(number) FROM sinks") == [(8,)], "the key of a row that is gone is not given out again"
    assert house.rows("SELECT said FROM log") == [("tin",)], "the trigger fires once more"


def test_a_migration_that_leaves_a_row_without_what_it_refers_to_is_undone(house: House) -> None:
    house.run("make", "Cleaning", "--empty")
    (path,) = house.migrations.glob("0002_*.py")
    text = path.read_text().replace("def upgrade() -> None:\n    pass", "def upgrade() -> None:\n    op.execute(SQL)")
    path.write_text(text.replace("revision =", 'from alembic import op\n\nSQL = "DELETE FROM sinks"\nrevision =', 1))
    said = house.run("up", code=2)
    assert "0002 Cleaning failed on the way up, and nothing of it was done" in said
    assert "cups refers to sinks" in said
    assert house.rows("SELECT count(*) FROM sinks") == [(2,)]
    assert house.rows("SELECT version_num FROM alembic_version") == [("0001",)]
