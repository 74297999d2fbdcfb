"""A value that somebody gives in SQL, once for both databases: what it is where they keep it in different ways."""

from __future__ import annotations

import re

from mainstay.kinds import Date, Decimal, Identifier, Kind, Moment, Time
from mainstay.migrate.checking import before_point
from mainstay.migrate.conversion import digits, form
from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.schema import NOW, Column, Text

QUOTED = re.compile(r"'((?:[^']|'')*)'")
NUMBER = re.compile(r"[+-]?[\d.]+")


def given(name: str, column: Column, sql: str) -> Text:
    """What a constant is on each database; any other expression is the same on both.

    Raises `MigrationProblem` where the column cannot have it.
    """
    if form(column) == "moment" and sql.lower() in {"now()", "current_timestamp"}:
        return NOW
    kind, said = kind_of(column), constant(column, sql)
    if kind is None or said is None:
        return Text(sql, sql)
    try:
        value = kind.parse(said)
    except ValueError as error:
        raise MigrationProblem(f"--fill {name}={sql}: {said!r} {error}") from None
    store = kind.store("sqlite")
    kept = value if store is None else store(value)
    return Text(sql, str(kept) if isinstance(kept, int) else f"'{kept}'")


def constant(column: Column, sql: str) -> str | None:
    """The text or number that SQL says; None where it is anything else."""
    quoted = QUOTED.fullmatch(sql)
    if quoted is not None:
        return quoted[1].replace("''", "'")
    return sql if form(column) == "scaled" and NUMBER.fullmatch(sql) else None


def kind_of(column: Column) -> Kind | None:
    """The kind of a column that the databases keep in different ways; None for others, and for somebody else's."""
    sort = form(column)
    if sort == "scaled":
        places = digits(column) or 0
        return Decimal(precision=before_point(column) + places, scale=places)
    kinds = {"moment": Moment(), "day": Date(), "clock": Time(), "uuid": Identifier()}
    return kinds.get(sort) if column.type.sqlite == "TEXT" else None
