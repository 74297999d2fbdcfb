"""What SQLite's errors mean: a constraint that refuses, a database that cannot answer now, or a fault of ours."""

from __future__ import annotations

import re
import sqlite3
from typing import NoReturn

from mainstay.backing.databases.database import (
    CheckViolation,
    ForeignKeyViolation,
    IntegrityFailure,
    NotNullViolation,
    UniqueViolation,
)
from mainstay.backing.databases.sqlite.connection import primary
from mainstay.errors import Unavailable

SOON, LATER = 1, 30
"""Seconds after which to try again: what passes by itself, and what a person has to mend."""

UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: SOON,
    sqlite3.SQLITE_LOCKED: SOON,
    sqlite3.SQLITE_INTERRUPT: SOON,
    sqlite3.SQLITE_PROTOCOL: SOON,
    sqlite3.SQLITE_NOMEM: SOON,
    sqlite3.SQLITE_FULL: LATER,
    sqlite3.SQLITE_IOERR: LATER,
    sqlite3.SQLITE_READONLY: LATER,
    sqlite3.SQLITE_CANTOPEN: LATER,
    sqlite3.SQLITE_PERM: LATER,
    sqlite3.SQLITE_CORRUPT: LATER,
    sqlite3.SQLITE_NOTADB: LATER,
}
"""Primary result codes of a database that cannot answer, and when it may."""

UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID}
WRONG_TYPE = 3091
"""SQLITE_CONSTRAINT_DATATYPE, which the module of Python 3.11 does not name: a STRICT table got another type."""


class TooManyBits(sqlite3.DataError):
    """A number has more bits than the 64 of SQLite's, which its module tells as an `OverflowError` of Python's."""


def translated(error: BaseException) -> BaseException:
    """The error of the port that `error` means, caused by it; `error` itself where it means a fault."""
    meaning: BaseException | None = None
    if isinstance(error, sqlite3.IntegrityError):
        meaning = violation(getattr(error, "sqlite_errorcode", 0), str(error))
    elif isinstance(error, TooManyBits):
        meaning = CheckViolation()
    elif isinstance(error, sqlite3.Error) and primary(error) in UNAVAILABLE:
        meaning = Unavailable(retry_after=UNAVAILABLE[primary(error)])
    if meaning is None:
        return error
    meaning.__cause__ = error
    return meaning


def fail(error: BaseException) -> NoReturn:
    """Raises what `error` means, caused by it."""
    raise translated(error)


def violation(code: int, message: str) -> Exception | None:
    """The constraint that SQLite's message names: `UNIQUE constraint failed: person.email, person.team`."""
    subject = message.partition("failed: ")[2]
    if code in UNIQUE:
        index = re.fullmatch(r"index '(.*)'", subject)
        return UniqueViolation(constraint=index[1]) if index else at(UniqueViolation, subject)
    if code == sqlite3.SQLITE_CONSTRAINT_NOTNULL:
        return at(NotNullViolation, subject)
    if code == sqlite3.SQLITE_CONSTRAINT_CHECK:
        return CheckViolation(constraint=subject or None)
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return ForeignKeyViolation()
    if code == WRONG_TYPE:
        return at(CheckViolation, message.rpartition("column ")[2], constraint="type")
    if code == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
        return CheckViolation(constraint=message)
    return CheckViolation(constraint="type") if code == sqlite3.SQLITE_MISMATCH else None


def at(kind: type[IntegrityFailure], subject: str, *, constraint: str | None = None) -> IntegrityFailure:
    """The failure with the table and the columns of `person.email, person.team`."""
    parts = [part.strip().rpartition(".") for part in subject.split(",")]
    return kind(constraint=constraint, table=parts[0][0] or None, columns=tuple(column for _, _, column in parts))
