"""A table of SQLite as its CREATE TABLE says it, taken apart and put together again.

SQLite alters little of a table in place.  What it cannot alter is changed in the text that it keeps, so that whatever a
change does not name (STRICT, AUTOINCREMENT, conditions, collations) stays as it was.
"""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace

PIECE = re.compile(
    r"""\s+ | --[^\n]* | /\*.*?\*/ | '(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\]"""
    r""" | [\w$]+ | .""",
    re.VERBOSE | re.DOTALL,
)
OF_TABLE = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}
"""Words that a part of a table begins with that is no column."""
OF_COLUMN = {"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES"}
OF_COLUMN |= {"GENERATED", "AS"}
"""Words that a clause of a column begins with."""


class ColumnText(msgspec.Struct, frozen=True):
    """A column: its name, its type, and the clauses behind that, each as it is written."""

    name: str
    type: str
    clauses: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((quoted(self.name), *([self.type] if self.type else []), *self.clauses))

    def without(self, *words: str) -> ColumnText:
        """The column without the clauses that begin with these words."""
        return replace(self, clauses=tuple(one for one in self.clauses if not one.upper().startswith(words)))

    def nullable(self, is_nullable: bool) -> ColumnText:
        """The column with or without NOT NULL."""
        plain = self.without("NOT NULL", "NULL")
        return plain if is_nullable else replace(plain, clauses=("NOT NULL", *plain.clauses))

    def defaulting(self, default: str | None) -> ColumnText:
        """The column with another DEFAULT, or none."""
        plain = self.without("DEFAULT")
        return plain if default is None else replace(plain, clauses=(f"DEFAULT {default}", *plain.clauses))


class TableText(msgspec.Struct, frozen=True):
    """A table: its columns, the constraints that are its own, and what stands behind the parentheses."""

    columns: tuple[ColumnText, ...]
    constraints: tuple[str, ...]
    options: str

    def create(self, name: str) -> str:
        """The statement that makes the table under a name."""
        parts = ", ".join([*map(str, self.columns), *self.constraints])
        return f"CREATE TABLE {quoted(name)} ({parts}){self.options}"

    def column(self, name: str) -> ColumnText:
        """The column called so; LookupError where there is none."""
        for column in self.columns:
            if column.name.lower() == name.lower():
                return column
        raise LookupError(f"there is no column {name}")

    def with_column(self, column: ColumnText) -> TableText:
        """The table with a column in place of the one of its name, or behind the others."""
        if any(known.name == column.name for known in self.columns):
            return replace(
                self, columns=tuple(column if known.name == column.name else known for known in self.columns)
            )
        return replace(self, columns=(*self.columns, column))

    def without_column(self, name: str) -> TableText:
        """The table without a column."""
        gone = self.column(name)
        return replace(self, columns=tuple(column for column in self.columns if column is not gone))

    def with_constraint(self, text: str) -> TableText:
        """The table with one more constraint."""
        return replace(self, constraints=(*self.constraints, text))

    def without_constraint(self, name: str) -> TableText:
        """The table without the constraint of a name, wherever it stands; LookupError where it is nowhere."""
        kept = tuple(one for one in self.constraints if constraint_name(one) != name)
        columns = tuple(
            replace(column, clauses=tuple(one for one in column.clauses if constraint_name(one) != name))
            for column in self.columns
        )
        if kept == self.constraints and columns == self.columns:
            raise LookupError(f"there is no constraint {name}")
        return replace(self, columns=columns, constraints=kept)

    def with_constraint_named(self, old: str, new: str) -> TableText:
        """The table with another name for a constraint; LookupError where there is none of the old one."""
        for text in (*self.constraints, *(clause for column in self.columns for clause in column.clauses)):
            if constraint_name(text) == old:
                renamed = renamed_constraint(text, new)
                break
        else:
            raise LookupError(f"there is no constraint {old}")
        columns = tuple(
            replace(column, clauses=tuple(renamed if one == text else one for one in column.clauses))
            for column in self.columns
        )
        constraints = tuple(renamed if one == text else one for one in self.constraints)
        return replace(self, columns=columns, constraints=constraints)


def parsed(sql: str) -> TableText:
    """The table that a CREATE TABLE of SQLite's own schema makes."""
    pieces = PIECE.findall(sql)
    start = pieces.index("(")
    columns: list[ColumnText] = []
    constraints: list[str] = []
    part: list[str] = []
    depth, place = 1, start
    while depth:
        place += 1
        piece = pieces[place]
        depth += (piece == "(") - (piece == ")")
        if depth == 0 or (depth == 1 and piece == ","):
            if words(part)[0].upper() in OF_TABLE:
                constraints.append("".join(part).strip())
            else:
                columns.append(column_text(part))
            part = []
        else:
            part.append(piece)
    return TableText(tuple(columns), tuple(constraints), "".join(pieces[place + 1 :]).rstrip())


def column_text(pieces: list[str]) -> ColumnText:
    """A column from its pieces."""
    name, *rest = clean(pieces)
    clauses: list[list[str]] = [[]]
    depth = 0
    previous = ""
    for piece in rest:
        word = piece.upper()
        starts = depth == 0 and word in OF_COLUMN
        if starts and previous == "NOT":  # NOT NULL
            starts = False
        if starts and word == "NULL" and previous in {"SET", "DEFAULT"}:  # ON DELETE SET NULL
            starts = False
        if starts and word == "DEFAULT" and previous == "SET":
            starts = False
        if starts and word == "AS" and previous == "ALWAYS":
            starts = False
        if starts and named(clauses[-1]):  # CONSTRAINT name CHECK (..)
            starts = False
        if starts:
            clauses.append([])
        clauses[-1].append(piece)
        depth += (piece == "(") - (piece == ")")
        if not piece.isspace():
            previous = word
    type_, *behind = ["".join(clause).strip() for clause in clauses]
    return ColumnText(unquoted(name), type_, tuple(re.sub(r"^(?i:not)\s+(?i:null)", "NOT NULL", one) for one in behind))


def named(clause: list[str]) -> bool:
    """Whether a clause is so far no more than `CONSTRAINT name`."""
    said = words(clause)
    return len(said) == 2 and said[0].upper() == "CONSTRAINT"


def words(pieces: list[str]) -> list[str]:
    """The pieces that say something."""
    return [piece for piece in pieces if not piece.isspace() and not piece.startswith(("--", "/*"))]


def clean(pieces: list[str]) -> list[str]:
    """The pieces from the first that says something on, comments left out."""
    said = [piece for piece in pieces if not piece.startswith(("--", "/*"))]
    while said and said[0].isspace():
        del said[0]
    return said


def constraint_name(text: str) -> str | None:
    """The name of a constraint; None where it has none."""
    said = words(PIECE.findall(text))
    return unquoted(said[1]) if said[0].upper() == "CONSTRAINT" else None


def renamed_constraint(text: str, new: str) -> str:
    """A constraint under another name."""
    pieces = PIECE.findall(text)
    place = [at for at, piece in enumerate(pieces) if words([piece])][1]
    return "".join([*pieces[:place], quoted(new), *pieces[place + 1 :]])


def unquoted(name: str) -> str:
    """A name without its quotes."""
    if name[:1] == "[":
        return name[1:-1]
    if name[:1] in {'"', "`", "'"}:
        return name[1:-1].replace(name[0] * 2, name[0])
    return name


def quoted(name: str) -> str:
    """A name as SQL takes any."""
    return '"' + name.replace('"', '""') + '"'
