"""DDL: what the statements of SQL change, in the dialects of PostgreSQL, MySQL and SQLite."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.reading.schemas import changes as c
from mainstay.check.reading.schemas.alters import actions
from mainstay.check.reading.schemas.declared import Declared, index_columns, item
from mainstay.check.reading.schemas.state import Index, Table
from mainstay.check.reading.schemas.tokens import Statement, Token, statements, tokens
from mainstay.check.reading.schemas.words import Words, joined, parted
from mainstay.check.source import Place, Source

CHANGES = re.compile(r"\s*(?:/\*!\d*\s*)?(create|alter|drop|rename|truncate|do|update|delete)\b", re.IGNORECASE)
INNER = re.compile(r"\b(?:alter\s+table|create\s+(?:unique\s+)?index|create\s+table|drop\s+\w+)\b[^;]*", re.IGNORECASE)

EMPTIED = re.compile(r"\s*delete\s+from\s+[\"`]?([\w.]+)[\"`]?\s*$", re.IGNORECASE)
"""A deletion of all rows."""


def changes_of(source: Source, dialect: str, *, first: int = 0) -> Iterator[c.Change]:
    """What the statements of a text change, in order; raises Unreadable; `first` moves the lines on."""
    for statement in statements(source.text, dialect):
        yield from changes_of_statement(statement, source, dialect, first)


def changes_of_statement(statement: Statement, source: Source, dialect: str, first: int = 0) -> Iterator[c.Change]:
    """What one statement changes."""
    begun = CHANGES.match(statement.text)
    if begun is None:
        return
    place = source.place(statement.line + first)
    verb = begun.group(1).lower()
    if verb in ("update", "delete"):
        emptied = EMPTIED.match(statement.text)
        yield c.ChangeRows(place=place, what=f"truncate {emptied.group(1)}" if emptied is not None else verb)
        return
    if verb == "do":
        yield from _block(statement, source, dialect, first)
        return
    words = Words(tokens(statement, dialect))
    yield from _Reader(words, source, dialect, first).statement(place)


def _block(statement: Statement, source: Source, dialect: str, first: int) -> Iterator[c.Change]:
    """The statements in a block of PostgreSQL, which may or may not be run."""
    for found in INNER.finditer(statement.text):
        line = statement.line + statement.text[: found.start()].count("\n")
        for change in changes_of_statement(Statement(found.group(), 0, line), source, dialect, first):
            change.sure, change.lax = False, True
            yield change


class _Reader:
    """Reads one statement."""

    def __init__(self, words: Words, source: Source, dialect: str, first: int) -> None:
        self.words = words
        self.source = source
        self.dialect = dialect
        self.first = first

    def place(self, token: Token) -> Place:
        """Where a token stands."""
        return self.source.place(token.line + self.first)

    def statement(self, place: Place) -> Iterator[c.Change]:
        """What the statement changes."""
        words = self.words
        if words.accept("CREATE"):
            yield from self._create(place)
        elif words.accept("ALTER", "TABLE"):
            lax = words.accept("IF", "EXISTS")
            words.accept("ONLY")
            table = words.name()
            words.accept("*")
            for action in parted(words.tokens[words.at :]):
                for change in actions(table, Words(action), self.place, self.dialect):
                    change.lax = change.lax or lax
                    yield change
        elif words.accept("ALTER", "INDEX"):
            words.accept("IF", "EXISTS")
            name = words.name()
            if words.accept("RENAME", "TO"):
                yield c.RenameIndex(place=place, name=name, to=words.name())
        elif words.accept("DROP"):
            yield from self._drop(place)
        elif words.accept("RENAME", "TABLE"):
            for part in parted(words.tokens[words.at :]):
                inner = Words(part)
                before = inner.name()
                inner.accept("TO")
                yield c.RenameTable(place=place, table=before, to=inner.name())
        elif words.accept("TRUNCATE"):
            words.accept("TABLE")
            yield c.ChangeRows(place=place, what=f"truncate {words.name()}")

    def _create(self, place: Place) -> Iterator[c.Change]:
        words = self.words
        words.accept("OR", "REPLACE")
        unique, odd = False, False
        while words.peek().word in _BEFORE:
            word = words.take().word
            unique = unique or word == "UNIQUE"
            odd = odd or word in _ODD
        if words.accept("TABLE"):
            yield from self._table(place, odd)
        elif words.accept("INDEX"):
            yield from self._index(place, unique=unique, odd=odd)
        elif words.accept("TRIGGER"):
            words.until("ON")
            words.accept("ON")
            yield c.MakeTrigger(place=place, table=words.name())

    def _table(self, place: Place, odd: bool) -> Iterator[c.Change]:
        words = self.words
        lax = words.accept("IF", "NOT", "EXISTS")
        table = Table(words.name(), place, ordinary=not odd)
        if not table.name:
            raise Unreadable("a table without a name", place.line)
        if words.peek().text != "(":
            table.whole = table.ordinary = False
            if words.accept("PARTITION", "OF") or words.accept("USING") or words.peek().word in ("AS", "LIKE", "OF"):
                yield c.CreateTable(place=place, table=table, lax=lax)
            return
        indexes: list[Index] = []
        for part in parted(words.parenthesis()):
            made: Declared = item(Words(part), table.name, self.place, self.dialect)
            if made.column is not None:
                table.columns[made.column.name.lower()] = made.column
            table.constraints += made.constraints
            indexes += made.indexes
            table.whole = table.whole and not made.copied
        rest = {each.word for each in words.tokens[words.at :]}
        if "INHERITS" in rest or "AS" in rest:
            table.whole = False
        for constraint in table.constraints:
            if constraint.kind == "primary":
                for each in constraint.columns:
                    if (column := table.column(each)) is not None:
                        column.nullable = False
        yield c.CreateTable(place=place, table=table, lax=lax)
        for index in indexes:
            yield c.AddIndex(place=index.place, index=index)

    def _index(self, place: Place, *, unique: bool, odd: bool) -> Iterator[c.Change]:
        words = self.words
        concurrently = words.accept("CONCURRENTLY")
        lax = words.accept("IF", "NOT", "EXISTS")
        name = "" if words.peek().word == "ON" else words.name()
        method = words.take().text if words.accept("USING") else ""
        if not words.accept("ON"):
            return
        words.accept("ONLY")
        table = words.name()
        method = words.take().text if words.accept("USING") else method
        columns = index_columns(words.parenthesis())
        words.until("WHERE")
        condition = words.tokens[words.at :] if words.accept("WHERE") else []
        words.at = len(words.tokens)
        index = Index(
            name.rpartition(".")[2],
            table,
            columns.names,
            place,
            unique=unique,
            method=method.lower(),
            where=joined(condition),
            fixed=fixed(condition),
            plain=columns.plain and not odd and method.lower() in ("", "btree"),
            descending=columns.descending,
            concurrently=concurrently,
        )
        yield c.AddIndex(place=place, index=index, lax=lax)

    def _drop(self, place: Place) -> Iterator[c.Change]:
        words = self.words
        words.accept("TEMPORARY")
        what = words.one_of("TABLE", "INDEX")
        concurrently = words.accept("CONCURRENTLY")
        lax = words.accept("IF", "EXISTS")
        for part in parted(words.tokens[words.at :]) if what else []:
            inner = Words(part)
            name = inner.name()
            if what == "TABLE":
                yield c.DropTable(place=self.place(part[0]), table=name, lax=lax)
            else:
                table = inner.name() if inner.accept("ON") else ""
                yield c.DropIndex(place=place, name=name, table=table, lax=lax, concurrently=concurrently)


_ODD = ("TEMP", "TEMPORARY", "FOREIGN", "VIRTUAL", "EXTERNAL", "FULLTEXT", "SPATIAL", "BITMAP")
_BEFORE = (*_ODD, "UNIQUE", "GLOBAL", "LOCAL", "UNLOGGED", "CLUSTERED", "NONCLUSTERED", "CONSTRAINT")


def fixed(condition: list[Token]) -> frozenset[str]:
    """Columns that a condition makes constant: `status = 'pending'`, and not one side of an OR."""
    if any(each.word in ("OR", "NOT", "CASE") for each in condition):
        return frozenset()
    out = set()
    for at, each in enumerate(condition):
        if each.text == "=" and 0 < at < len(condition) - 1:
            left, right = condition[at - 1], condition[at + 1]
            if left.text == ")" and at > 2:
                left = condition[at - 2]
            if left.kind in ("word", "quoted") and (
                right.kind in ("text", "number") or right.word in ("TRUE", "FALSE")
            ):
                out.add(left.text)
    return frozenset(out)
