"""The actions of ALTER TABLE."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.reading.schemas import changes as c
from mainstay.check.reading.schemas.declared import Placing, column, item
from mainstay.check.reading.schemas.state import kind_of
from mainstay.check.reading.schemas.words import Words, joined, parted
from mainstay.check.source import Place

CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE")
INDEXES = ("INDEX", "KEY", "FULLTEXT", "SPATIAL")


def actions(table: str, words: Words, placing: Placing, dialect: str) -> Iterator[c.Change]:
    """What one action changes."""
    place = placing(words.peek())
    if words.accept("ADD"):
        yield from _add(table, words, placing, dialect)
    elif words.accept("DROP"):
        yield from _drop(table, words, place)
    elif words.accept("ALTER"):
        words.accept("COLUMN")
        yield from _alter(table, words, place)
    elif words.accept("MODIFY"):
        words.accept("COLUMN")
        made = column(words, placing).column
        if made is not None:
            yield c.AlterColumn(place=place, table=table, column=made.name, kind=made.kind, whole=made)
    elif words.accept("CHANGE"):
        words.accept("COLUMN")
        before = words.name()
        made = column(words, placing).column
        if made is not None:
            yield c.AlterColumn(place=place, table=table, column=before, kind=made.kind, whole=made)
    elif words.accept("RENAME"):
        yield from _rename(table, words, place)
    elif words.accept("VALIDATE", "CONSTRAINT"):
        yield c.ValidateConstraint(place=place, table=table, name=words.name())
    elif words.accept("ATTACH", "PARTITION"):
        yield c.AttachPartition(place=place, table=words.name())


def _add(table: str, words: Words, placing: Placing, dialect: str) -> Iterator[c.Change]:
    place = placing(words.peek())
    first, second = words.peek(), words.peek(1)
    indexed = first.word in INDEXES and (second.text == "(" or words.peek(2).text == "(" or second.word in INDEXES)
    if first.word in CONSTRAINTS or indexed:
        made = item(words, table, placing, dialect)
        for each in made.constraints:
            yield c.AddConstraint(place=place, table=table, constraint=each)
        for index in made.indexes:
            yield c.AddIndex(place=place, index=index)
        return
    words.accept("COLUMN")
    lax = words.accept("IF", "NOT", "EXISTS")
    parts = parted(words.parenthesis()) if words.peek().text == "(" else [words.tokens[words.at :]]
    for part in parts:
        declared = column(Words(part), placing)
        if declared.column is not None and declared.column.name:
            yield c.AddColumn(place=place, table=table, column=declared.column, lax=lax)
        for each in declared.constraints:
            yield c.AddConstraint(place=place, table=table, constraint=each, with_column=True)


def _drop(table: str, words: Words, place: Place) -> Iterator[c.Change]:
    if words.accept("CONSTRAINT") or words.accept("CHECK"):
        lax = words.accept("IF", "EXISTS")
        yield c.DropConstraint(place=place, table=table, name=words.name(), lax=lax)
    elif words.accept("PRIMARY", "KEY"):
        yield c.DropConstraint(place=place, table=table, kind="primary")
    elif words.accept("FOREIGN", "KEY"):
        lax = words.accept("IF", "EXISTS")
        yield c.DropConstraint(place=place, table=table, name=words.name(), lax=lax)
    elif words.peek().word in ("INDEX", "KEY") and words.peek(1).kind in ("word", "quoted"):
        words.take()
        lax = words.accept("IF", "EXISTS")
        yield c.DropIndex(place=place, name=words.name(), table=table, lax=lax)
    else:
        words.accept("COLUMN")
        lax = words.accept("IF", "EXISTS")
        name = words.name()
        if name:
            yield c.DropColumn(place=place, table=table, column=name, lax=lax)


def _alter(table: str, words: Words, place: Place) -> Iterator[c.Change]:
    if words.peek().word in ("INDEX", "CHECK", "CONSTRAINT"):
        return
    name = words.name()

    def altered(*, kind: str | None = None, nullable: bool | None = None, default: str | None = None) -> c.Change:
        return c.AlterColumn(place=place, table=table, column=name, kind=kind, nullable=nullable, default=default)

    if words.accept("SET", "NOT", "NULL"):
        yield altered(nullable=False)
    elif words.accept("DROP", "NOT", "NULL"):
        yield altered(nullable=True)
    elif words.accept("DROP", "DEFAULT"):
        yield altered(default="")
    elif words.accept("SET", "DEFAULT"):
        yield altered(default=joined(words.tokens[words.at :]))
    elif words.accept("TYPE") or words.accept("SET", "DATA", "TYPE"):
        yield altered(kind=kind_of(joined(words.until("USING", "COLLATE"))))
    elif words.accept("ADD", "GENERATED"):
        yield altered(nullable=False, default="generated")


def _rename(table: str, words: Words, place: Place) -> Iterator[c.Change]:
    if words.accept("TO") or words.accept("AS"):
        front, dot, _ = table.rpartition(".")
        yield c.RenameTable(place=place, table=table, to=front + dot + words.name())
    elif words.peek().word in ("CONSTRAINT", "INDEX", "KEY") and words.peek(2).word == "TO":
        words.take()
        before = words.name()
        words.accept("TO")
        yield c.RenameIndex(place=place, name=before, to=words.name())
    else:
        words.accept("COLUMN")
        before = words.name()
        if words.accept("TO"):
            yield c.RenameColumn(place=place, table=table, column=before, to=words.name())
