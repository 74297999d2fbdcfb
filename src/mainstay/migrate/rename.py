"""Other names: of tables and columns, and of constraints, which is an operation that Alembic has not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from alembic import op
from alembic.operations import MigrateOperation, Operations

from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.schema import Schema
from mainstay.migrate.sqlite_rebuild import rebuild, table_text
from mainstay.migrate.sqlite_table import quoted


@dataclass(frozen=True, slots=True)
class Rename:
    """A table, or a column of one, that gets another name and keeps what is in it."""

    table: str
    old: str
    new: str
    """The same as `old` and a column's name; of a table, its own name is `old`."""
    is_table: bool = False

    def __str__(self) -> str:
        what = f"table {self.old}" if self.is_table else f"column {self.table}.{self.old}"
        return f"~ {what} is {self.new} now"

    def back(self) -> Rename:
        """The other way."""
        return replace(self, table=self.new if self.is_table else self.table, old=self.new, new=self.old)

    def fits(self, schema: Schema) -> bool:
        """Whether there is something of the old name."""
        table = schema.tables.get(self.table)
        return table is not None and (self.is_table or table.column(self.old) is not None)

    def applied(self, schema: Schema) -> Schema:
        """The schema afterwards; MigrationProblem where there is nothing of that name."""
        table = schema.tables.get(self.table)
        if table is None:
            raise MigrationProblem(f"no migration makes a table {self.table}; there is {', '.join(schema.tables)}")
        if self.is_table:
            return schema.renamed(self.old, self.new)
        if table.column(self.old) is None:
            names = ", ".join(column.name for column in table.columns)
            raise MigrationProblem(f"{self.table} has no column {self.old}; it has {names}")
        return schema.column_renamed(self.table, self.old, self.new)


def applied(renames: Iterable[Rename], schema: Schema) -> Schema:
    """The schema after all renames of what was in it."""
    for rename in renames:
        schema = rename.applied(schema) if rename.fits(schema) else schema
    return schema


def first_names(table: str, column: str | None, renames: Sequence[Rename]) -> tuple[str, str | None]:
    """What a table, or a column of one, was called before it was renamed."""
    for rename in reversed(renames):
        if rename.is_table and rename.new == table:
            table = rename.old
        elif not rename.is_table and (rename.table, rename.new) == (table, column):
            column = rename.old
    return table, column


class RenameConstraints(MigrateOperation):
    """Constraints of a table get other names."""

    def __init__(self, table_name: str, names: Mapping[str, str]) -> None:
        self.table_name = table_name
        self.names = dict(names)


def rename_constraints(table: str, names: Mapping[str, str]) -> None:
    """Gives constraints of a table other names, while what refers to them stays as it is and no row is looked at."""
    op.invoke(RenameConstraints(table, names))


@Operations.implementation_for(RenameConstraints)
def rename(operations: Operations, operation: RenameConstraints) -> None:
    """Renames them on the database of the migration."""
    connection, table = operations.get_bind(), operation.table_name
    if connection.dialect.name == "sqlite":
        text = table_text(connection, table)
        for old, new in operation.names.items():
            text = text.with_constraint_named(old, new)
        rebuild(connection, table, text)
        return
    for old, new in operation.names.items():
        connection.exec_driver_sql(f"ALTER TABLE {quoted(table)} RENAME CONSTRAINT {quoted(old)} TO {quoted(new)}")
