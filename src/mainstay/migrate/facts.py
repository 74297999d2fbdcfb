"""What can be told alike of tables in a schema and in a database: more than names, less than what databases reword."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection

from mainstay.migrate.schema import Constraint, Schema, Table, plain
from mainstay.migrate.sqlite_table import TableText, constraint_name, parsed
from mainstay.migrate.words import words

COLUMNS = """
SELECT c.relname, a.attname, a.attnotnull, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT c.relname, k.conname FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid AND c.relnamespace = current_schema()::regnamespace
"""
TYPES = (
    (r"character varying(\(\d+\))", r"text\1"),
    (r"character varying|text", "text"),
    (r"numeric\((\d+),(\d+)\)", r"decimal(\1, \2)"),
    (r"bigint", "integer"),
    (r"double precision", "float"),
    (r"timestamp with time zone", "moment"),
    (r"time without time zone", "time"),
    (r"jsonb?", "json"),
    (r"boolean|date|uuid", r"\g<0>"),
)
"""Types as PostgreSQL's catalogs tell them, in the words of the kinds; others are not compared."""


def facts_of(schema: Schema, database: str) -> set[str]:
    """The facts that a database has whose tables are those of a schema."""
    return {fact for table in schema.tables.values() for fact in of_table(table, database)}


def of_table(table: Table, database: str) -> Iterator[str]:
    """The facts of one table."""
    for column in table.columns:
        if not column.nullable:
            yield f"{table.name}.{column.name} not null"
        known = re.match(
            r"(text|decimal)(\([\d, ]+\))?|(integer|float|moment|time|json|boolean|date|uuid)$", words(column)
        )
        if database == "sqlite":
            yield f"{table.name}.{column.name} {column.type.sqlite}"
        elif known is not None:
            yield f"{table.name}.{column.name} {known[0]}"
    for constraint in table.constraints:
        if constraint.name is not None and constraint.sort != "primary":  # SQLite has one without a name at its column
            yield of_constraint(table.name, constraint, database)


def of_constraint(table: str, constraint: Constraint, database: str) -> str:
    """The fact of a constraint with a name; PostgreSQL words a condition anew."""
    said = f"{table}: {constraint.name}"
    if constraint.condition is None or database == "postgresql":
        return said
    return f"{said} CHECK ({plain(constraint.condition.sqlite)})"


def facts_there(connection: Connection) -> tuple[str, set[str]]:
    """Which database it is, and the facts of its tables."""
    name = connection.dialect.name
    return name, set(on_postgresql(connection) if name == "postgresql" else on_sqlite(connection))


def on_postgresql(connection: Connection) -> Iterator[str]:
    """The facts of PostgreSQL's catalogs."""
    for table, column, required, type_ in connection.exec_driver_sql(COLUMNS).fetchall():
        if required:
            yield f"{table}.{column} not null"
        for pattern, said in TYPES:
            found = re.fullmatch(pattern, type_)
            if found is not None:
                yield f"{table}.{column} {found.expand(said)}"
                break
    yield from (f"{table}: {name}" for table, name in connection.exec_driver_sql(CONSTRAINTS).fetchall())


def on_sqlite(connection: Connection) -> Iterator[str]:
    """The facts of the statements that SQLite keeps."""
    tables = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE ?"
    for name, sql in connection.exec_driver_sql(tables, ("sqlite%",)).fetchall():
        yield from of_text(name, parsed(sql))


def of_text(table: str, text: TableText) -> Iterator[str]:
    """The facts of a statement."""
    for column in text.columns:
        yield f"{table}.{column.name} {column.type}"
        if any(clause.upper().startswith("NOT NULL") for clause in column.clauses):
            yield f"{table}.{column.name} not null"
    for constraint in (*text.constraints, *(clause for column in text.columns for clause in column.clauses)):
        name = constraint_name(constraint)
        if name is not None:
            check = re.search(r"\bCHECK\b.*", plain(constraint), re.IGNORECASE | re.DOTALL)
            yield f"{table}: {name} {check[0]}" if check is not None else f"{table}: {name}"
