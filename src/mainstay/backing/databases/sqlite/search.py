"""The index of words on SQLite: a table of FTS5 beside each searched one, kept by triggers.

A table of keys stands between the two, since the number of a row may change when the file is vacuumed.
The triggers call a function of this process, so that nobody else can write without it and leave the index
behind: a foreign program that changes a searched column is told that there is no such function.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Dialect

from mainstay.backing.databases.database import Command, Script
from mainstay.kinds.words import VERSION, folded
from mainstay.storage import SEARCH
from mainstay.tables import SearchIndex

FUNCTION = f"mainstay_words_{VERSION}"

PATTERN = "search_[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
"""What every name of an index looks like, as GLOB reads it."""


def know_words(connection: sqlite3.Connection) -> None:
    """Gives a connection the function that the triggers call, also where the library was built to distrust it."""
    connection.create_function(
        FUNCTION, 1, lambda text: None if text is None else folded(str(text)), deterministic=True
    )
    connection.execute("PRAGMA trusted_schema = ON")


def missing(metadata: MetaData, dialect: Dialect) -> Script[None]:
    """Makes the indexes of which any part is not there."""
    for table in metadata.tables.values():
        index = table.info.get(SEARCH)
        if index is not None:
            parts = Parts(table, index, dialect)
            names = ", ".join(quoted(name) for name in parts.names)
            ((there,),) = yield Command(f"SELECT count(*) FROM sqlite_schema WHERE name IN ({names})")
            if there < len(parts.names):
                yield from made(table, index, dialect)


def rebuilt(metadata: MetaData, dialect: Dialect) -> Script[None]:
    """Makes every index anew."""
    for table in metadata.tables.values():
        if SEARCH in table.info:
            yield from made(table, table.info[SEARCH], dialect)


def made(table: Table, index: SearchIndex, dialect: Dialect) -> Script[None]:
    """One index, filled from the rows, in place of what is there of it or of an older one."""
    yield from dropped(table, index, dialect)
    for text in Parts(table, index, dialect).texts():
        yield Command(text)


def dropped(table: Table, index: SearchIndex, dialect: Dialect) -> Script[None]:
    """Takes away what is there of a table's index, or of an older one."""
    of_table = f"GLOB {quoted(f'{table.name}_{PATTERN}*')}"
    for kind in ("trigger", "table"):
        looks = f"SELECT name FROM sqlite_schema WHERE type = '{kind}' AND name {of_table} ORDER BY name"
        for (name,) in (yield Command(looks)):
            yield Command(f'DROP {kind.upper()} IF EXISTS "{name}"')


class Parts:
    """The texts of one index."""

    def __init__(self, table: Table, index: SearchIndex, dialect: Dialect) -> None:
        self.table = table
        self.dialect = dialect
        self.rows = dialect.identifier_preparer.format_table(table)
        self.words = f'"{table.name}_{index.name}"'
        self.keys = f'"{table.name}_{index.name}_keys"'
        self.labels = ", ".join(index.label(column) for column in index.columns)
        self.columns = [self.named(column) for column in index.columns]
        self.key = [self.named(column.name) for column in table.primary_key.columns]
        self.names = [f"{table.name}_{index.name}{end}" for end in ("", "_keys", "_insert", "_update", "_delete")]

    def named(self, column: str) -> str:
        """A column's name as it is written."""
        return self.dialect.identifier_preparer.quote(column)

    def texts(self) -> Iterator[str]:
        """The statements that make the index and fill it."""
        process = self.dialect.type_compiler_instance.process
        types = [process(column.type) for column in self.table.primary_key.columns]
        declared = ", ".join(f"k{place} {type_} NOT NULL" for place, type_ in enumerate(types))
        names = ", ".join(f"k{place}" for place in range(len(types)))
        key = ", ".join(self.key)
        yield f"CREATE TABLE {self.keys} (number INTEGER PRIMARY KEY, {declared}, UNIQUE ({names}))"
        yield (
            f"CREATE VIRTUAL TABLE {self.words} "
            f"USING fts5({self.labels}, tokenize = 'ascii', detail = column, columnsize = 0)"
        )
        yield f"INSERT INTO {self.keys} ({names}) SELECT {key} FROM {self.rows}"
        yield (
            f"INSERT INTO {self.words} (rowid, {self.labels}) SELECT k.number, {self.folded('r')} "
            f"FROM {self.keys} AS k JOIN {self.rows} AS r ON {self.same('k', 'r')}"
        )
        put = (
            f"INSERT INTO {self.keys} ({names}) VALUES ({', '.join(f'new.{part}' for part in self.key)}); "
            f"INSERT INTO {self.words} (rowid, {self.labels}) SELECT number, {self.folded('new')} "
            f"FROM {self.keys} AS k WHERE {self.same('k', 'new')}; "
        )
        differs = " OR ".join(f"old.{part} IS NOT new.{part}" for part in (*self.key, *self.columns))
        yield self.trigger("insert", "AFTER INSERT", self.forgotten("new") + put)
        yield self.trigger(
            "update",
            f"AFTER UPDATE OF {', '.join((*self.key, *self.columns))}",
            self.forgotten("old") + self.forgotten("new") + put,
            when=f"WHEN {differs} ",
        )
        yield self.trigger("delete", "AFTER DELETE", self.forgotten("old"))

    def trigger(self, name: str, after: str, body: str, when: str = "") -> str:
        """The statement that makes a trigger."""
        named = f'"{self.words[1:-1]}_{name}"'
        return f"CREATE TRIGGER {named} {after} ON {self.rows} FOR EACH ROW {when}BEGIN {body}END"

    def folded(self, row: str) -> str:
        """The words of a row's columns."""
        return ", ".join(f"{FUNCTION}({row}.{column})" for column in self.columns)

    def same(self, keys: str, row: str) -> str:
        """That an entry is a row's."""
        return " AND ".join(f"{keys}.k{place} = {row}.{part}" for place, part in enumerate(self.key))

    def forgotten(self, row: str) -> str:
        """The statements that take a row's entry out; of a new row too, which may have replaced one with its key."""
        entry = f"SELECT number FROM {self.keys} AS k WHERE {self.same('k', row)}"
        where = " AND ".join(f"k{place} = {row}.{part}" for place, part in enumerate(self.key))
        return f"DELETE FROM {self.words} WHERE rowid = ({entry}); DELETE FROM {self.keys} WHERE {where}; "


def quoted(text: str) -> str:
    """A text as a constant."""
    return "'" + text.replace("'", "''") + "'"
