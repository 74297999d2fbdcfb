"""What a column holds in the words of the kinds, which are the same whatever a database calls its types."""

from __future__ import annotations

import re

from mainstay.migrate.schema import Column, Text

WORDS = (
    (r"(?:VARCHAR|CHAR)(\(\d+\))", r"text\1"),
    (r"VARCHAR|TEXT", "text"),
    (r"BIGINT", "integer"),
    (r"INTEGER", "integer of 32 bits"),
    (r"SMALLINT", "integer of 16 bits"),
    (r"(?:NUMERIC|DECIMAL)(\(\d+, \d+\))", r"decimal\1"),
    (r"DOUBLE PRECISION|FLOAT", "float"),
    (r"BOOLEAN", "boolean"),
    (r"DATE", "date"),
    (r"TIME WITHOUT TIME ZONE", "time"),
    (r"TIMESTAMP WITH TIME ZONE", "moment"),
    (r"TIMESTAMP WITHOUT TIME ZONE", "moment without a zone"),
    (r"UUID", "uuid"),
    (r"JSONB?", "json"),
)
"""Types of PostgreSQL; somebody else's other ones keep their names."""


def words(column: Column) -> str:
    """What the values of a column are."""
    name, _, collation = column.type.postgresql.partition(" COLLATE ")
    for pattern, said in WORDS:
        found = re.fullmatch(pattern, name)
        if found is not None:
            name = found.expand(said)
            break
    return name if collation in {"", '"C"'} else f"{name} in the order of {collation}"


def described(column: Column) -> str:
    """What a column holds, what is put in where nothing is said, and whether something has to be."""
    default = "" if column.default is None else f" default {either(column.default)}"
    return f"{words(column)}{default}{'' if column.nullable else ' not null'}"


def exact(column: Column) -> str:
    """A column in each database's own words."""
    options = "".join(f" {name}{value}" for name, value in column.options)
    return f"{described(column)} ({either(column.type)}{options})"


def either(text: Text) -> str:
    """SQL, or that of each database."""
    return text.postgresql if text.same else f"{text.postgresql}, on SQLite {text.sqlite}"
