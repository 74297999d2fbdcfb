"""What stands between the commas of CREATE TABLE: columns, constraints and indexes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from mainstay.check.reading.schemas.dialects import MYSQL
from mainstay.check.reading.schemas.state import SERIAL, Column, Constraint, Index, kind_of
from mainstay.check.reading.schemas.tokens import Token
from mainstay.check.reading.schemas.words import Words, joined, parted
from mainstay.check.source import Place
from mainstay.check.words import words as words_of

Placing = Callable[[Token], Place]
ATTRIBUTES = words_of(
    """
    CONSTRAINT NOT NULL DEFAULT PRIMARY UNIQUE REFERENCES CHECK COLLATE GENERATED AS AUTO_INCREMENT AUTOINCREMENT
    COMMENT ON KEY STORED VIRTUAL INVISIBLE VISIBLE IDENTITY USING FIRST AFTER STORAGE COMPRESSION DEFERRABLE
    CHARSET ASC DESC INITIALLY
    """
)
"""Words that end the type of a column."""
VOLATILE = re.compile(
    r"\b(gen_random_uuid|uuid_generate_v\d\w*|uuidv\d|uuid|random|clock_timestamp|nextval|timeofday|newid|rand)\s*\(",
    re.IGNORECASE,
)
MANNERS = ("MATCH", "SIMPLE", "FULL", "PARTIAL", "DEFERRABLE", "INITIALLY", "DEFERRED", "IMMEDIATE")


@dataclass(slots=True)
class Declared:
    """What one part declares."""

    column: Column | None = None
    constraints: list[Constraint] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    copied: bool = False
    """Whether it brings what another table has."""


@dataclass(frozen=True, slots=True)
class IndexColumns:
    """The columns of an index: their names, whether they are names alone, and which are kept downwards."""

    names: tuple[str, ...]
    plain: bool
    descending: tuple[bool, ...]


def item(words: Words, table: str, place: Placing, dialect: str) -> Declared:
    """A part of CREATE TABLE."""
    at = place(words.peek())
    name = ""
    first = words.peek()
    if first.word == "CONSTRAINT" and words.peek(1).kind in ("word", "quoted"):
        words.take()
        name = "" if words.peek().word in ("CHECK", "UNIQUE", "PRIMARY", "FOREIGN") else words.name()
        first = words.peek()
    if first.word == "LIKE":
        return Declared(copied=True)
    if name or first.word in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"):
        made = constraint(words, name, at)
        if made is not None:
            return Declared(constraints=[made])
    index = _index(words, table, at, dialect)
    if index is not None:
        return Declared(indexes=[index])
    if first.word == "PERIOD" and words.peek(1).word == "FOR":
        return Declared()
    return column(words, place)


def constraint(words: Words, name: str, place: Place) -> Constraint | None:
    """A constraint of a table; None where a column of such a name comes."""
    if words.accept("PRIMARY", "KEY"):
        using = _using(words)
        made = Constraint("primary", _columns(words), place, name, using=using)
    elif words.accept("FOREIGN", "KEY"):
        words.accept("IF", "NOT", "EXISTS")
        if words.peek().text != "(":
            name = name or words.name()
        columns = _columns(words)
        words.accept("REFERENCES")
        made = _reference(words, columns, place, name)
    elif words.peek().word == "UNIQUE" and words.peek(1).kind != "end":
        words.take()
        words.one_of("KEY", "INDEX")
        words.accept("NULLS", "NOT", "DISTINCT")
        using = _using(words)
        if words.peek().text != "(" and not using:
            name = words.name() or name
        _using(words)
        made = Constraint("unique", _columns(words), place, name, using=using)
    elif words.peek().word == "CHECK" and words.peek(1).text == "(":
        words.take()
        made = _check(words, place, name)
    elif words.accept("EXCLUDE"):
        made = Constraint("exclude", (), place, name)
    else:
        return None
    rest = [each.word for each in words.tokens[words.at :]]
    made.valid = not any(one == "NOT" and other in ("VALID", "ENFORCED") for one, other in pairwise(rest))
    return made


def _using(words: Words) -> str:
    if words.accept("USING", "INDEX"):
        return words.name()
    if words.accept("USING"):
        words.take()
    return ""


def _columns(words: Words) -> tuple[str, ...]:
    """Names in a parenthesis; a key of MySQL may stand before it with its name."""
    while words and words.peek().text != "(":
        words.take()
    return index_columns(words.parenthesis()).names


def _reference(words: Words, columns: tuple[str, ...], place: Place, name: str) -> Constraint:
    table = words.name()
    target = index_columns(words.parenthesis()).names
    made = Constraint("foreign", columns, place, name, references=table, target=target)
    while words:
        if words.accept("ON", "DELETE"):
            made.on_delete = _action(words)
        elif words.accept("ON", "UPDATE"):
            _action(words)
        elif not words.one_of(*MANNERS):
            break
    return made


def _action(words: Words) -> str:
    word = words.take().word
    return f"{word} {words.take().word}" if word in ("SET", "NO") else word


def _check(words: Words, place: Place, name: str) -> Constraint:
    inner = words.parenthesis()
    named = frozenset(each.text.lower() for each in inner if each.kind in ("word", "quoted"))
    return Constraint("check", (), place, name, words=named)


def _index(words: Words, table: str, place: Place, dialect: str) -> Index | None:
    """`KEY name (columns)` of MySQL."""
    odd = words.peek().word in ("FULLTEXT", "SPATIAL")
    begin = words.peek(1) if odd else words.peek()
    if begin.word not in ("KEY", "INDEX"):
        return None
    named = words.peek(2 if odd else 1)
    after = words.peek(3 if odd else 2)
    if not (dialect == MYSQL or odd or named.text == "(" or named.kind == "quoted") or "(" not in (
        named.text,
        after.text,
        words.peek(4).text,
    ):
        return None
    words.at += 2 if odd else 1
    name = "" if words.peek().text == "(" else words.name()
    _using(words)
    columns = index_columns(words.parenthesis())
    return Index(name, table, columns.names, place, plain=columns.plain and not odd, descending=columns.descending)


def index_columns(tokens: list[Token]) -> IndexColumns:
    """The columns of an index or a key: `(a, lower(b), c DESC)`."""
    names, descending, plain = [], [], True
    for part in parted(tokens):
        words = Words(part)
        if words.peek().word == "PERIOD" and words.peek(1).kind in ("word", "quoted"):
            words.take()
        if words.peek().kind in ("word", "quoted", "text") and words.peek(1).text != "(":
            names.append(words.name())
        elif words.peek().kind in ("word", "quoted") and words.peek(2).kind == "number" and words.peek(3).text == ")":
            names.append(words.name())
            words.parenthesis()
            plain = False
        else:
            whole = joined(part)
            names.append(whole)
            plain = False
        rest = [each.word for each in words.tokens[words.at :]]
        descending.append("DESC" in rest)
        plain = plain and set(rest) <= {"ASC", "DESC", "NULLS", "FIRST", "LAST"}
    return IndexColumns(tuple(names), plain, tuple(descending))


def column(words: Words, place: Placing) -> Declared:
    """A column with its constraints."""
    at = place(words.peek())
    name = words.name()
    kind = kind_of(_type(words))
    serial = kind in SERIAL
    made = Column(name, SERIAL.get(kind, kind), at, nullable=not serial, volatile=serial)
    made.default = "nextval()" if serial else ""
    out = Declared(made)
    label = ""
    while words:
        here = place(words.peek())
        if words.accept("CONSTRAINT"):
            label = words.name()
            continue
        if words.accept("NOT", "NULL"):
            made.nullable = False
        elif words.accept("PRIMARY", "KEY"):
            made.nullable = False
            out.constraints.append(Constraint("primary", (name,), here, label))
        elif words.accept("UNIQUE"):
            words.accept("KEY")
            out.constraints.append(Constraint("unique", (name,), here, label))
        elif words.peek().word == "CHECK" and words.peek(1).text == "(":
            words.take()
            check = _check(words, here, label)
            check.words |= {name.lower()}
            out.constraints.append(check)
        elif words.accept("REFERENCES"):
            out.constraints.append(_reference(words, (name,), here, label))
        elif words.accept("DEFAULT"):
            made.default = _default(words)
            made.volatile = VOLATILE.search(made.default) is not None
        elif words.accept("COLLATE"):
            made.collation = words.name()
        elif words.peek().word in ("GENERATED", "AUTO_INCREMENT", "AUTOINCREMENT", "IDENTITY", "AS"):
            _generated(words, made)
        elif words.accept("ON", "UPDATE"):
            made.on_update = True
        elif words.accept("COMMENT"):
            words.take()
        else:
            words.take()
            continue
        label = ""
    return out


def _generated(words: Words, made: Column) -> None:
    word = words.take().word
    made.default = made.default or "generated"
    made.volatile = True
    if word in ("GENERATED", "AS"):
        before = words.until("STORED", "VIRTUAL", "NOT", "PRIMARY", "UNIQUE")
        identity = any(each.word == "IDENTITY" for each in before)
        made.generated = not identity
        made.nullable = made.nullable and not identity
        made.volatile = not words.accept("VIRTUAL")


def _type(words: Words) -> str:
    parts: list[Token] = []
    while words:
        word = words.peek().word
        if word in ATTRIBUTES or (word == "CHARACTER" and parts):
            break
        if words.peek().text == "(":
            inner = words.parenthesis()
            parts += [Token("sign", "(", "(", 0), *inner, Token("sign", ")", ")", 0)]
        else:
            parts.append(words.take())
    return joined(parts)


def _default(words: Words) -> str:
    """The expression of a default."""
    begin = words.at
    while words:
        token = words.peek()
        if token.text == "(":
            words.parenthesis()
        elif words.at > begin and token.word in ATTRIBUTES:
            break
        else:
            words.take()
    return joined(words.tokens[begin : words.at]) or "''"
