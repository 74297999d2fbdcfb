"""Where a database is: the number of its last migration, which it keeps where Alembic does."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from mainstay.migrate.folder import EMPTY

TABLE = "alembic_version"


def version(connection: Connection) -> str:
    """The number of the last migration of a database."""
    if not inspect(connection).has_table(TABLE):
        return EMPTY
    rows = connection.exec_driver_sql(f"SELECT version_num FROM {TABLE}").fetchall()
    return str(rows[0][0]) if rows else EMPTY


def set_version(connection: Connection, number: str) -> None:
    """Notes the number of the last migration, in the migration's own transaction."""
    connection.exec_driver_sql(
        f"CREATE TABLE IF NOT EXISTS {TABLE} "
        f"(version_num VARCHAR(32) NOT NULL, CONSTRAINT {TABLE}_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql(f"DELETE FROM {TABLE}")
    if number != EMPTY:
        connection.exec_driver_sql(f"INSERT INTO {TABLE} (version_num) VALUES ('{number}')")
