"""A database whose tables were made without migrations: found out which migration would have made them."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection, inspect

from mainstay.backing.changes import SchemaChanges
from mainstay.migrate.facts import facts_of, facts_there
from mainstay.migrate.folder import EMPTY, Chain, MigrationProblem
from mainstay.migrate.history import HISTORY, note_up
from mainstay.migrate.run import rehearse
from mainstay.migrate.schema import Schema
from mainstay.migrate.version import TABLE, set_version, version

Names = dict[str, set[str]]
"""Of the columns and indexes of each table."""


async def adopt(changes: SchemaChanges, chain: Chain) -> str | None:
    """Notes the number of the newest migration that makes what is there already; None where nothing is, or it is noted.

    Raises `MigrationProblem` where there are such tables and no migration makes them as they are.
    """
    if not await changes.look(has_unnoted_tables):
        return None
    steps = await rehearse(chain, chain.newest)
    there = await changes.look(names)
    shared = {name for step in steps for name in step.after.tables} & there.keys()
    if not shared:
        return None
    database, facts = await changes.look(facts_there)
    lacking: list[str] = []
    for step in reversed(steps):
        expected = names_of(step.after, there)
        if all(expected[name] == there.get(name) for name in expected) and shared <= expected.keys():
            missing = sorted(facts_of(step.after, database) - facts)
            if not missing:
                await changes.run(partial(had, chain=chain, number=step.number))
                return step.number
            lacking = lacking or missing
    raise MigrationProblem(
        f"the database has the table {min(shared)}, which no migration has made there, and it is not what any of them "
        "makes: bring it to what the first migration makes, or begin with an empty database"
        + (f".  It lacks: {'; '.join(lacking)}" if lacking else "")
    )


def had(connection: Connection, chain: Chain, number: str) -> None:
    """Notes all migrations up to one as run."""
    note_up(connection, chain.migrations[: chain.numbers.index(number)])
    set_version(connection, number)


def has_unnoted_tables(connection: Connection) -> bool:
    """Whether there are tables, and no migration is noted."""
    return version(connection) == EMPTY and bool(set(inspect(connection).get_table_names()) - {TABLE, HISTORY})


def names(connection: Connection) -> Names:
    """The tables of a database with the names of their columns and indexes."""
    found = inspect(connection)
    there = {name: {str(column["name"]) for column in found.get_columns(name)} for name in found.get_table_names()}
    indexes = (
        "SELECT tbl_name, name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        if connection.dialect.name == "sqlite"
        else "SELECT c.relname, i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
        "JOIN pg_class c ON c.oid = x.indrelid AND c.relnamespace = current_schema()::regnamespace "
        "WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid)"
    )
    for table, index in connection.exec_driver_sql(indexes).fetchall():
        there.get(table, set()).add(f"index {index}")
    return there


def names_of(schema: Schema, there: Names) -> Names:
    """The names that a schema would have on a database like this one."""
    expected: Names = {}
    for name, table in schema.tables.items():
        own = {column.name for column in table.columns} | {f"index {index.name}" for index in table.indexes}
        if table.search is not None and f"{name}_{table.search.name}" not in there:  # PostgreSQL has it in the table
            own |= {table.search.name, f"index ix_{name}_{table.search.name}"}
        expected[name] = own
    return expected
