"""The command: what it asks, what it refuses, how mistakes are told."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from types import ModuleType

import pytest

from mainstay import Settings
from mainstay.backing.changes import Patience
from mainstay.cli.doing import migrate
from mainstay.migrate import make
from tests.apps import everything, foreign
from tests.migrate.house import NAMES, House

FIRST = """
class Jar(Base):
    label: Mapped[str]
    litres: Mapped[int | None]
"""
FEWER = FIRST.replace("    litres: Mapped[int | None]\n", "")


def jars(house: House) -> None:
    """Two migrations and three jars, two of which say how much is in them."""
    house.make("First", FEWER)
    house.make("Litres", FIRST)
    for number, litres in ((1, "2"), (2, "3"), (3, "NULL")):
        key = f"00000000-0000-0000-0000-{number:012}"
        house.execute(f"INSERT INTO jars (id, label, litres) VALUES ('{key}', 'jam', {litres})")


def test_the_way_back_says_what_it_loses_and_asks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    jars(house)
    said = house.run("down", code=4)
    assert "jars.litres, which has a value in 2 rows" in said
    assert "Nothing was done; say --yes if that is meant." in said
    monkeypatch.setattr(migrate, "is_terminal", lambda: True)
    house.run("down", code=4, given="n\n")
    house.run("down", code=4, given="")
    assert house.rows("SELECT count(litres) FROM jars") == [(2,)]
    assert "- column jars.litres" in house.run("down", given="y\n")
    assert "the table jars with its 3 rows" in house.run("to", "0", "--yes")
    assert house.schema() == {}
    assert "there is nothing to take back" in house.run("down", code=2)


def test_the_way_back_that_loses_nothing_asks_nothing(house: House) -> None:
    house.make("First", FEWER)
    house.make("Litres", FIRST)
    assert "loses" not in house.run("down")
    assert house.run("to", "2").splitlines()[0] == "up   0002 Litres"
    assert "The database is at 0002 already." in house.run("up")


def test_where_the_database_is_and_what_is_to_be_done(house: House) -> None:
    house.make("First", FEWER)
    house.models(FIRST)
    assert "+ column jars.litres integer" in house.run("check", code=1)
    assert "a migration has a title" in house.run("make", " ", code=2)
    house.run("make", "Litres")
    house.run("check")
    status = json.loads(house.run("status"))
    ran_at = status["migrations"][0]["ran_at"]
    assert status == {
        "database": "0001",
        "newest": "0002",
        "migrations": [
            {"number": "0001", "title": "First", "done": True, "ran_at": ran_at, "edited": False},
            {"number": "0002", "title": "Litres", "done": False, "ran_at": None, "edited": False},
        ],
        "models": [],
    }
    assert "nothing was written" in house.run("make", "Nothing")


def test_files_written_on_one_database_run_on_the_other(house: House, request: pytest.FixtureRequest) -> None:
    house.make("First", FEWER)
    house.make("Litres", FIRST)
    name = "postgres_url" if house.url.startswith("sqlite") else "sqlite_url"
    other = House(house.folder, request.getfixturevalue(name))
    other.target = house.target
    other.run("up")
    other.run("check")
    other.run("to", "0")


def target_of(application: ModuleType, folder: Path) -> str:
    """One of the applications of tests, on the database of the environment, as a command names it."""
    name, module = application.__name__.rpartition(".")[2], next(NAMES)
    (folder / f"{module}.py").write_text(
        f"import os\n\nfrom tests.apps.{name} import application\n\n"
        "app = application(os.environ['MAINSTAY_DATABASE_URL'])\n"
    )
    return f"{module}:app"


@pytest.mark.parametrize("application", [everything, foreign], ids=["everything", "foreign"])
def test_a_first_migration_makes_what_create_missing_makes(
    house: House, other_url: str, application: ModuleType, tmp_path: Path
) -> None:
    house.target = target_of(application, tmp_path)
    house.run("make", "First")
    house.run("up")
    assert house.schema() == house.created(other_url)
    house.run("check")
    house.run("down", "--yes")
    assert house.schema() == {}


@pytest.mark.parametrize("application", [everything, foreign], ids=["everything", "foreign"])
def test_a_first_migration_finds_what_create_missing_has_made(
    house: House, application: ModuleType, tmp_path: Path
) -> None:
    house.target = target_of(application, tmp_path)
    house.created(house.url)
    house.run("make", "First")
    assert "are what 0001 makes: noted" in house.run("up")


MISTAKES = {
    "no such migration": (["to", "7"], "there is no migration 7; the newest is 0002"),
    "no such table": (["make", "x", "--rename", "tins:cans"], "no migration makes a table tins; there is jars"),
    "no such column": (
        ["make", "x", "--rename", "jars.size:bulk"],
        "jars has no column size; it has id",
    ),
    "no renaming": (["make", "x", "--rename", "jars"], "'jars' is no renaming; write table.old:new"),
    "no filling": (["make", "x", "--fill", "jars"], "'jars' fills nothing; write table.column=SQL"),
    "no table to fill": (["make", "x", "--fill", "tins.lid=1"], "--fill tins.lid: the models have no table tins; jars"),
    "no column to fill": (["make", "x", "--fill", "jars.top=1"], "--fill jars.top: jars has no column top; it has id"),
    "empty and more": (["make", "x", "--empty", "--expand"], "--empty writes nothing for you: leave --rename, --fill"),
    "no value": (["make", "x"], "jars.lid is required and has no default: which value do the rows that are there get?"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_what_to_do(mistake: str, sqlite_url: str, tmp_path: Path, kitchen: House) -> None:
    words, said = MISTAKES[mistake]
    assert said in " ".join(kitchen.run(*words, code=2).split())


@pytest.fixture
def kitchen(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Two migrations, and a required column that none has made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    made = House(tmp_path, sqlite_url)
    jars(made)
    made.models(FIRST + "    lid: Mapped[str]\n")
    return made


FILES = {
    "two of a number": (
        lambda text: ("0002_other.py", text),
        "have the same number: give the one that is on no database",
    ),
    "a gap": (
        lambda text: ("0004_next.py", text.replace('"0002"', '"0004"')),
        "down_revision is 0001, and the file before",
    ),
    "another number": (lambda text: ("0003_next.py", text), 'write revision = "0003", which is the number in its name'),
    "no way back": (
        lambda text: ("0003_next.py", text.replace('"0002"', '"0003"').replace("def downgrade", "def back")),
        "has no function downgrade()",
    ),
    "another name": (lambda text: ("0003-next.py", text), "is not called like one: four digits, _ and words"),
    "no Python": (lambda text: ("0003_next.py", "def"), "cannot be read: SyntaxError"),
}


@pytest.mark.parametrize("mistake", FILES)
def test_a_folder_that_is_no_chain_is_told(mistake: str, kitchen: House) -> None:
    change, said = FILES[mistake]
    name, text = change(kitchen.file("0002"))
    (kitchen.migrations / name).write_text(text)
    assert said in " ".join(kitchen.run("up", code=2).split())


MESSAGES = {
    'a """ b': ("0003_a_b.py", 'A """ b'),
    '"""\n\nimport os\n\nos.abort()\n"""': ("0003_import_os_os_abort.py", '""" import os os.abort() """'),
    "ends in \\": ("0003_ends_in.py", "Ends in \\"),
    '\\"""': None,
    'quotes "': ("0003_quotes.py", 'Quotes "'),
    "two\nlines\tand \x1b[31m more": ("0003_two_lines_and_31m_more.py", "Two lines and [31m more"),
    "Größe, 日本": ("0003_grosse.py", "Größe, 日本"),
    "../../etc/passwd": ("0003_etc_passwd.py", "../../etc/passwd"),
    "not \udcff text": ("0003_not_text.py", "Not text"),
    "{curly} %s :bind [bold]": ("0003_curly_s_bind_bold.py", "{curly} %s :bind [bold]"),
    "...": None,
}


@pytest.mark.parametrize("message", MESSAGES, ids=list(map(repr, MESSAGES)))
def test_a_title_is_a_title_whatever_is_in_it(message: str, kitchen: House) -> None:
    before = sorted(kitchen.migrations.glob("*.py"))
    told = MESSAGES[message]
    if told is None:
        assert "a migration has a title" in kitchen.run("make", message, "--empty", code=2)
        assert sorted(kitchen.migrations.glob("*.py")) == before
        return
    name, title = told
    assert f"wrote migrations/{name}" in kitchen.run("make", message, "--empty")
    assert f"up   0003 {title}" in kitchen.run("up")
    assert json.loads(kitchen.run("status"))["migrations"][-1]["title"] == title


def test_a_database_that_another_program_migrated_is_told(kitchen: House) -> None:
    kitchen.execute("UPDATE alembic_version SET version_num = 'ae1027a6acf'")
    said = kitchen.run("up", code=2)
    assert "the database is at migration ae1027a6acf" in said
    assert "it was migrated by another program" in said


def test_a_statement_that_fails_is_told_in_one_line(house: House) -> None:
    house.models(FIRST + "".join(f"    more_{number}: Mapped[Annotated[str, Len(1, 9)]]\n" for number in range(9)))
    house.run("make", "First")
    house.execute("CREATE VIEW jars AS SELECT 1 AS one")
    said = house.run("up", code=2)
    assert "0001 First failed on the way up (line 16), and nothing of it was done:" in said
    assert "CREATE TABLE jars ( id" in said
    assert len(said.splitlines()) == 1
    assert said.endswith(" ..\n")


def test_a_folder_that_cannot_be_written_to_is_told(kitchen: House) -> None:
    kitchen.migrations = kitchen.folder / "a_file"
    kitchen.migrations.write_text("")
    assert f"{kitchen.migrations}: File exists" in kitchen.run("make", "x", "--empty", code=2)


def test_what_is_lost_is_found_under_the_name_that_it_has_now(house: House) -> None:
    jars(house)
    house.make("Volume", FIRST.replace("litres", "volume"), "--rename", "jars.litres:volume")
    tins = FIRST.replace("litres", "volume").replace("class Jar", "class Tin")
    house.make("Tins", tins, "--rename", "jars:tins")
    assert "tins.volume, which has a value in 2 rows" in house.run("to", "1", code=4)
    assert "the table tins with its 3 rows" in house.run("to", "0", code=4)
    house.run("to", "2")
    assert house.rows("SELECT count(litres) FROM jars") == [(2,)]


def test_a_column_that_may_only_have_been_renamed_is_asked_about(kitchen: House) -> None:
    kitchen.models(FIRST.replace("label", "name"))
    said = kitchen.run("make", "Names", "--fill", "jars.name=''")
    assert "if it is only renamed, remove the file and say --rename jars.label:name" in said


def test_a_lock_that_is_not_had_in_time_is_waited_for_in_pieces(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = House(tmp_path, postgres_url)
    house.make("First", FEWER)
    house.models(FIRST)
    house.run("make", "Litres")
    held = threading.Event()

    def hold(connection: object) -> None:
        connection.exec_driver_sql("LOCK TABLE jars IN ACCESS SHARE MODE")  # as a long report does
        held.set()
        time.sleep(1.5)

    def holding() -> None:
        import asyncio

        from mainstay.backing import open as backing

        async def look() -> None:
            database = backing.database(postgres_url)
            await database.open()
            await backing.changes(postgres_url, database).look(hold)
            await database.close()

        asyncio.run(look())

    thread = threading.Thread(target=holding)
    thread.start()
    held.wait(10)
    house.run("up", "--lock-timeout", "0.1")
    thread.join()
    assert house.rows("SELECT litres FROM jars") == []


def test_a_request_waits_longer_for_a_lock_than_the_migration_that_it_queues_behind() -> None:
    assert Patience().lock <= Settings().lock_timeout / 2


def test_a_statement_that_takes_too_long_is_cut(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    house = House(tmp_path, postgres_url)
    house.make("First", FEWER)
    house.run("make", "Slow", "--empty")
    (path,) = house.migrations.glob("0002_*.py")
    slow = "def upgrade() -> None:\n    from alembic import op\n\n    op.execute('SELECT pg_sleep(5)')"
    path.write_text(path.read_text().replace("def upgrade() -> None:\n    pass", slow))
    said = " ".join(house.run("up", "--statement-timeout", "0.2", code=2).split())
    assert "a statement took longer than 0.2 seconds: SELECT pg_sleep(5)" in said
    assert house.rows("SELECT version_num FROM alembic_version") == [("0001",)]


@pytest.mark.requirement("A12.07")
def test_every_file_is_told_with_its_path_and_its_folder_is_made(kitchen: House) -> None:
    kitchen.migrations = kitchen.folder / "deep" / "below"
    said = kitchen.run("make", "Lids", "--fill", "jars.lid='round'", "--expand")
    assert [line for line in said.splitlines() if line.startswith("wrote")] == ["wrote deep/below/0001_lids_expand.py"]
    assert [str(path.relative_to(kitchen.folder)) for path in kitchen.migrations.glob("*.py")] == [
        "deep/below/0001_lids_expand.py"
    ]
    kitchen.run("check")


@pytest.mark.requirement("A12.07")
def test_files_that_do_not_make_what_is_wanted_do_not_stay(kitchen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    kitchen.models(FIRST + "    lid: Mapped[str | None]\n")
    before = sorted(kitchen.migrations.iterdir())
    # No models are known for which the generator is wrong, so that it is made wrong here.
    monkeypatch.setattr(make, "body", lambda *_, **__: "op.execute('SELECT 1')")
    said = kitchen.run("make", "Lids", code=2)
    assert "nothing was written, as no migration can be generated that makes what the models say" in said
    assert "+ column jars.lid" in said
    assert sorted(path for path in kitchen.migrations.iterdir() if path.suffix == ".py") == [
        path for path in before if path.suffix == ".py"
    ]
