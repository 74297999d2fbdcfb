"""Taking a CREATE TABLE of SQLite's apart, and putting it together with something changed."""

from __future__ import annotations

import sqlite3

import pytest

from mainstay.migrate.sqlite_table import parsed

TABLES = [
    "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT NOT NULL DEFAULT 'x, (y)' COLLATE NOCASE)",
    'CREATE TABLE "t" ("a b" TEXT CHECK (length("a b") > 0 AND "a b" <> \'i\'\'t\'), [c d] INT UNIQUE, `e` REAL)',
    (
        "CREATE TABLE t (a INT, b INT REFERENCES t (a) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT NULL, c, "
        "d AS (a + 1) STORED, e INT GENERATED ALWAYS AS (a * 2) VIRTUAL, "
        "CONSTRAINT u UNIQUE (a, b), FOREIGN KEY (a) REFERENCES t (b), PRIMARY KEY (a)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE t (a VARCHAR(10) /* a, comment */ NOT NULL, -- another, one\n b NUMERIC(10, 2) DEFAULT (1 + 1),\n"
        "CONSTRAINT k CHECK (a IN ('(', ')')))"
    ),
]


def facts(sql: str) -> object:
    """What SQLite makes of a table."""
    connection = sqlite3.connect(":memory:")
    connection.execute(sql)
    pragmas = ("table_xinfo(t)", "foreign_key_list(t)", "index_list(t)", "table_list(t)")
    found = [connection.execute(f"PRAGMA {pragma}").fetchall() for pragma in pragmas]
    connection.close()
    return found


@pytest.mark.parametrize("sql", TABLES)
def test_a_table_put_together_again_is_the_same(sql: str) -> None:
    assert facts(parsed(sql).create("t")) == facts(sql)


def test_parts_are_found_and_changed() -> None:
    table = parsed(TABLES[2])
    assert [column.name for column in table.columns] == ["a", "b", "c", "d", "e"]
    assert [column.type for column in table.columns] == ["INT", "INT", "", "", "INT"]
    assert table.column("b").clauses == ("REFERENCES t (a) ON DELETE SET NULL ON UPDATE SET DEFAULT", "NOT NULL")
    assert str(table.column("b").nullable(True)) == '"b" INT REFERENCES t (a) ON DELETE SET NULL ON UPDATE SET DEFAULT'
    assert table.without_constraint("u").constraints == ("FOREIGN KEY (a) REFERENCES t (b)", "PRIMARY KEY (a)")
    with pytest.raises(LookupError, match="there is no constraint v"):
        table.without_constraint("v")
    with pytest.raises(LookupError, match="there is no column z"):
        table.without_column("z")
    column = parsed(TABLES[0]).column("b")
    assert str(column.defaulting(None)) == '"b" TEXT NOT NULL COLLATE NOCASE'
    assert str(column.defaulting("(1)").nullable(True)) == '"b" TEXT DEFAULT (1) COLLATE NOCASE'
