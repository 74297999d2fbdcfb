"""An operation that Alembic has not: rows are looked at where SQLite would take whatever they hold."""

from __future__ import annotations

import re
from typing import Any

from alembic import op
from alembic.operations import MigrateOperation, Operations

from mainstay.migrate.conversion import digits, form
from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.schema import Column
from mainstay.migrate.sqlite_table import quoted
from mainstay.migrate.words import words

FRACTION = "[0-9]" * 6
UUID = "-".join("[0-9a-f]" * length for length in (8, 4, 4, 4, 12))
KEPT = {
    "date": "date({0}, '+0 days') IS {0}",
    "time": f"strftime('%H:%M:%S.', {{0}}) IS substr({{0}}, 1, 9) AND substr({{0}}, 10) GLOB '{FRACTION}'",
    "moment": "strftime('%Y-%m-%dT%H:%M:%S.', substr({0}, 1, 19), '+0 days') IS substr({0}, 1, 20) "
    f"AND substr({{0}}, 21) GLOB '{FRACTION}Z'",
    "uuid": f"{{0}} GLOB '{UUID}'",
    "json": "json_valid({0})",
}
"""By what a column holds, the condition under which a text of SQLite is such a value; the modifier counts days."""
DECIMAL = re.compile(r"decimal\((\d+), \d+\)")
"""What holds so many digits in all, which SQLite keeps as a whole number."""


class CheckValues(MigrateOperation):
    """Every value of a column must be one of its kind."""

    def __init__(self, table_name: str, column: str, kind: str) -> None:
        self.table_name = table_name
        self.column = column
        self.kind = kind


def check_values(table: str, column: str, kind: str) -> None:
    """Ends a migration on SQLite where a value is no `date`, `time`, `moment`, `uuid`, `json` or `decimal(5, 2)`.

    It is looked at as it is kept there.

    PostgreSQL casts, and refuses by itself.
    """
    op.invoke(CheckValues(table, column, kind))


@Operations.implementation_for(CheckValues)
def look(operations: Operations, operation: CheckValues) -> None:
    """Looks at the rows."""
    connection = operations.get_bind()
    if connection.dialect.name != "sqlite":
        return
    name = quoted(operation.column)
    others = f"FROM {quoted(operation.table_name)} WHERE {name} IS NOT NULL AND NOT ({condition(operation.kind, name)})"
    found: Any = connection.exec_driver_sql(f"SELECT count(*), min({name}) {others}").one()
    rows, value = found
    if rows:
        raise MigrationProblem(
            f"{rows} rows of {operation.table_name} have a {operation.column} that is no {operation.kind} as it is "
            f"kept, such as {value!r}"
        )


def condition(kind: str, name: str) -> str:
    """The condition under which what a column holds is of a kind."""
    decimal = DECIMAL.fullmatch(kind)
    return KEPT[kind].format(name) if decimal is None else f"abs({name}) < {10 ** int(decimal[1])}"


def kind_to_check(column: Column) -> str | None:
    """The kind of which the texts in a column must be; None where SQLite looks by itself, or any text is a value."""
    kind = words(column)
    return kind if column.type.sqlite == "TEXT" and kind in KEPT else None


def digits_to_check(old: Column, new: Column) -> str | None:
    """The decimal that numbers in a column must fit into; None where any of them has few enough digits."""
    if form(new) != "scaled":
        return None
    rounded = (digits(old) or 0) > (digits(new) or 0)
    fits = form(old) == "scaled" and before_point(old) <= before_point(new) and not rounded
    return None if fits else words(new)


def before_point(column: Column) -> int:
    """The digits before the point of a decimal."""
    found = DECIMAL.fullmatch(words(column))
    return 0 if found is None else int(found[1]) - (digits(column) or 0)
