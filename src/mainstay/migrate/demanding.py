"""An operation that Alembic has not: rows are looked at where SQLite would take whatever they hold."""

from __future__ import annotations

from typing import Any

from alembic import op
from alembic.operations import MigrateOperation, Operations

from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.sqlite_table import quoted


class Demand(MigrateOperation):
    """Every value of a column must be so."""

    def __init__(self, table_name: str, column: str, sqlite: str) -> None:
        self.table_name = table_name
        self.column = column
        self.sqlite = sqlite


def demand(table: str, column: str, *, sqlite: str) -> None:
    """Ends a migration on SQLite where a value is not as the condition says; PostgreSQL refuses by itself."""
    op.invoke(Demand(table, column, sqlite))


@Operations.implementation_for(Demand)
def look(operations: Operations, operation: Demand) -> None:
    """Looks at the rows."""
    connection = operations.get_bind()
    if connection.dialect.name != "sqlite":
        return
    name = quoted(operation.column)
    others = f"FROM {quoted(operation.table_name)} WHERE {name} IS NOT NULL AND NOT ({operation.sqlite})"
    found: Any = connection.exec_driver_sql(f"SELECT count(*), min({name}) {others}").one()
    rows, value = found
    if rows:
        raise MigrationProblem(
            f"{rows} rows of {operation.table_name} have a {operation.column} that cannot be kept, such as {value!r}"
        )
