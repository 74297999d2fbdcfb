"""A constraint that refuses is the same failure on every database, with what its driver tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from mainstay.backing.databases.database import (
    CheckViolation,
    Command,
    Database,
    ForeignKeyViolation,
    IntegrityFailure,
    NotNullViolation,
    UniqueViolation,
)
from mainstay.backing.open import database as open_url
from tests.backing.scripts import script

TABLES = (
    "CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT)",
    """CREATE TABLE person (
        id INTEGER CONSTRAINT pk_person PRIMARY KEY, name TEXT NOT NULL, mail TEXT, age INTEGER,
        team INTEGER CONSTRAINT fk_person_team REFERENCES team (id),
        CONSTRAINT uq_person_name_mail UNIQUE (name, mail), CONSTRAINT ck_person_age CHECK (age > 0))""",
    "CREATE UNIQUE INDEX uq_person_lower ON person (lower(mail))",
    "INSERT INTO team VALUES (1, 'one')",
    "INSERT INTO person VALUES (1, 'ann', 'a@x', 30, 1)",
)

BY_NAME = "postgresql"
"""PostgreSQL names constraints; SQLite names columns where it can."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_url(database_url)
    await database.open()
    await database.write(script(*TABLES))
    yield database
    await database.close()


@pytest.mark.parametrize(
    "text, failure, constraint, columns",
    [
        ("INSERT INTO person VALUES (1, 'bob', 'b@x', 1, 1)", UniqueViolation, "pk_person", ("id",)),
        ("INSERT INTO person VALUES (2, 'bob', 'A@X', 1, 1)", UniqueViolation, "uq_person_lower", ()),
        ("INSERT INTO person VALUES (2, NULL, 'b@x', 1, 1)", NotNullViolation, None, ("name",)),
        ("INSERT INTO person VALUES (2, 'bob', 'b@x', -1, 1)", CheckViolation, "ck_person_age", ()),
        ("INSERT INTO person VALUES (2, 'bob', 'b@x', 1, 9)", ForeignKeyViolation, "fk_person_team", ("team",)),
        ("DELETE FROM team", ForeignKeyViolation, "fk_person_team", ("id",)),
    ],
)
async def test_each_constraint_is_its_own_failure(
    database: Database,
    text: str,
    failure: type[IntegrityFailure],
    constraint: str | None,
    columns: tuple[str, ...],
) -> None:
    with pytest.raises(failure) as refused:
        await database.write(script(text))
    violation = refused.value
    assert violation.__cause__ is not None
    if database.name == "postgresql":
        assert violation.constraint == constraint
        assert violation.table == "person"
        assert violation.columns == (columns or (("lower(mail)",) if failure is UniqueViolation else ()))
    elif failure in {CheckViolation} or not columns:
        assert violation.constraint == constraint
    elif failure is not ForeignKeyViolation:
        assert (violation.table, violation.columns) == ("person", columns)
    assert "a@x" not in f"{violation} {violation.args} {vars(violation)}".lower().replace("cause", "")


async def test_all_columns_of_a_unique_constraint_are_told(database: Database) -> None:
    await database.write(script("DROP INDEX uq_person_lower"))
    with pytest.raises(UniqueViolation) as refused:
        await database.write(script("INSERT INTO person VALUES (2, 'ann', 'a@x', 1, 1)"))
    assert refused.value.columns == ("name", "mail")


async def test_a_value_of_another_type_in_a_strict_table_is_a_check_that_failed(sqlite_url: str) -> None:
    database = open_url(sqlite_url)
    await database.open()
    await database.write(script("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER) STRICT"))
    with pytest.raises(CheckViolation) as refused:
        await database.write(script(Command("INSERT INTO t (a) VALUES (?)", ("x",))))
    assert (refused.value.constraint, refused.value.table, refused.value.columns) == ("type", "t", ("a",))
    with pytest.raises(CheckViolation) as refused:
        await database.write(script(Command("INSERT INTO t (id) VALUES (?)", ("x",))))
    assert refused.value.constraint == "type"
    await database.close()


@pytest.mark.requirement("A2.24")
async def test_a_script_is_all_or_nothing(database: Database) -> None:
    with pytest.raises(ForeignKeyViolation):
        await database.write(script("INSERT INTO team VALUES (2, 'two')", "UPDATE person SET team = 9"))

    def changes_its_mind() -> Any:
        yield Command("INSERT INTO team VALUES (3, 'three')")
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        await database.write(changes_its_mind)
    rows = await database.read("SELECT id, name FROM team", ())
    assert [tuple(row) for row in rows] == [(1, "one")]
