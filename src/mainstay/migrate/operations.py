"""Alembic's operations as migrations use them: recorded where somebody wants to know, and whole on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic.operations import BatchOperations, Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from mainstay.migrate.apart import indexing
from mainstay.migrate.recording import Recording, constraint_table
from mainstay.migrate.sqlite_rebuild import rebuild, table_text
from mainstay.migrate.sqlite_table import ColumnText, TableText, parsed

IN_USE = threading.Lock()
"""Held while `alembic.op` means one migration's operations: it is one name for the whole process."""

IN_TABLE = (ops.AddColumnOp, ops.DropColumnOp, ops.AlterColumnOp, ops.AddConstraintOp, ops.DropConstraintOp)
"""What changes the CREATE TABLE of a table."""


class Place:
    """What an operation in a batch looks at to know its table."""

    def __init__(self, table: str, schema: str | None) -> None:
        self.table_name = table
        self.schema = schema


class Batch(BatchOperations):
    """The operations on one table; each is handed to the migration's own as if it named the table."""

    def __init__(self, whole: MigrationOperations, place: Place) -> None:
        super().__init__(whole.migration_context, impl=place)  # type: ignore[arg-type]
        self.whole = whole

    def invoke(self, operation: Any) -> Any:
        """Takes one operation."""
        return self.whole.invoke(operation)


class MigrationOperations(Operations):
    """What `alembic.op` is while a migration runs.

    Where it is recorded, the database is a scratch one of SQLite, and what this cannot do is left out: SQL of
    PostgreSQL's own, and what builds upon that.
    """

    def __init__(self, context: MigrationContext, recording: Recording | None = None, *, apart: bool = False) -> None:
        super().__init__(context)
        self.recording = recording
        self.apart = apart
        self.waiting: list[ops.MigrateOperation] = []
        """Changes of one table that are made together, on SQLite."""
        self.batched = False

    @contextmanager
    def batch_alter_table(  # type: ignore[override]
        self, table_name: str, schema: str | None = None, **options: Any
    ) -> Iterator[BatchOperations]:
        """Operations on one table, which SQLite makes anew no more than once for all of them."""
        self.batched = True
        try:
            yield Batch(self, Place(table_name, schema))
            self.attempt(self.flush)
        finally:
            self.batched = False
            self.waiting.clear()

    def invoke(self, operation: Any) -> Any:
        """Does one operation."""
        if self.recording is not None:
            self.recording.take(operation)
        return self.attempt(lambda: self.perform(operation))

    def attempt(self, work: Callable[[], Any]) -> Any:
        """What the work returns; while it is only recorded, None where the scratch database cannot do it."""
        if self.recording is None:
            return work()
        savepoint = self.get_bind().begin_nested()
        try:
            result = work()
        except (DBAPIError, LookupError):
            savepoint.rollback()
            return None
        savepoint.commit()
        return result

    def perform(self, operation: Any) -> Any:
        """Does one operation on the database, or lets it wait."""
        if self.migration_context.dialect.name != "sqlite":
            if isinstance(operation, ops.CreateIndexOp | ops.DropIndexOp):
                with indexing(self.get_bind(), operation, apart=self.apart):
                    return super().invoke(operation)
            return super().invoke(operation)
        if isinstance(operation, ops.AlterColumnOp) and operation.modify_name is not None:
            self.flush()
            self.impl.alter_column(operation.table_name, operation.column_name, name=operation.modify_name)
            operation = under_its_new_name(operation)
        if isinstance(operation, IN_TABLE):
            if self.waiting and table_of(self.waiting[0]) != table_of(operation):
                self.flush()
            self.waiting.append(operation)
            if not self.batched:
                self.flush()
            return None
        self.flush()
        return super().invoke(operation)

    def flush(self) -> None:
        """Makes the changes that wait; a column that may be null and nothing else is added in place."""
        waiting, self.waiting = self.waiting, []
        waiting = [operation for operation in waiting if not is_nothing(operation)]
        if all(isinstance(operation, ops.AddColumnOp) and in_place(operation.column) for operation in waiting):
            for operation in waiting:
                super().invoke(operation)
            return
        name = table_of(waiting[0])
        connection: Connection = self.get_bind()
        compiler = connection.dialect.ddl_compiler(connection.dialect, None)  # type: ignore[arg-type]
        text = table_text(connection, name)
        for operation in waiting:
            text = altered(text, operation, compiler)
        rebuild(connection, name, text)
        for operation in waiting:
            if isinstance(operation, ops.AddColumnOp):
                for index in self.schema_obj.table(name, operation.column._copy()).indexes:
                    self.impl.create_index(index)


MigrationOperations._setups[MigrationOperations] = MigrationOperations._setups[Operations]
"""`alembic.op` stands for this class too."""


def under_its_new_name(operation: ops.AlterColumnOp) -> ops.AlterColumnOp:
    """What is left of an alteration when the column has got its name, which SQLite changes in all that says it."""
    return ops.AlterColumnOp(
        operation.table_name,
        str(operation.modify_name),
        modify_type=operation.modify_type,
        modify_nullable=operation.modify_nullable,
        modify_server_default=operation.modify_server_default,
    )


def is_nothing(operation: Any) -> bool:
    """Whether an alteration alters nothing, as one whose new name is all that there was."""
    if not isinstance(operation, ops.AlterColumnOp):
        return False
    return operation.modify_type is operation.modify_nullable is None and operation.modify_server_default is False


def table_of(operation: Any) -> str:
    """The table that an operation is about."""
    return str(constraint_table(operation))


def in_place(column: sa.Column[Any]) -> bool:
    """Whether ALTER TABLE adds a column: one that may be null, alone."""
    alone = not (column.foreign_keys or column.unique or column.index or column.primary_key or column.constraints)
    return alone and bool(column.nullable) and column.computed is None


def altered(text: TableText, operation: Any, compiler: Any) -> TableText:
    """The table after one operation."""
    if isinstance(operation, ops.AddColumnOp):
        made = sa.Table(operation.table_name, sa.MetaData(), operation.column._copy())
        (column,) = made.columns
        text = text.with_column(written(column, compiler))
        for constraint in made.constraints:
            if not isinstance(constraint, sa.PrimaryKeyConstraint):
                text = text.with_constraint(str(compiler.process(constraint)))
        return text
    if isinstance(operation, ops.DropColumnOp):
        return text.without_column(operation.column_name)
    if isinstance(operation, ops.AddConstraintOp):
        return text.with_constraint(str(compiler.process(operation.to_constraint())))
    if isinstance(operation, ops.DropConstraintOp):
        return text.without_constraint(str(operation.constraint_name))
    return text.with_column(changed(text.column(operation.column_name), operation, compiler))


def changed(column: ColumnText, operation: ops.AlterColumnOp, compiler: Any) -> ColumnText:
    """A column with another type, another default, with or without null."""
    if operation.modify_type is not None:
        (alone,) = sa.Table("t", sa.MetaData(), sa.Column(column.name, operation.modify_type)).columns
        typed = written(alone, compiler)
        column = ColumnText(column.name, typed.type, (*typed.clauses, *column.without("COLLATE").clauses))
    if operation.modify_nullable is not None:
        column = column.nullable(operation.modify_nullable)
    if operation.modify_server_default is not False:
        default = operation.modify_server_default
        made = sa.Column(column.name, sa.Integer(), server_default=default, nullable=True)
        said = compiler.get_column_default_string(made) if default is not None else None
        column = column.defaulting(None if said is None else f"({said})")
    return column


def written(column: sa.Column[Any], compiler: Any) -> ColumnText:
    """A column of a table as SQLAlchemy writes it."""
    return parsed(f"CREATE TABLE t ({compiler.get_column_specification(column)})").columns[0]


@contextmanager
def operations(
    connection: Connection, recording: Recording | None = None, *, apart: bool = False
) -> Iterator[MigrationOperations]:
    """`alembic.op` on a connection, as long as the block lasts; `apart` from any transaction."""
    context = MigrationContext.configure(connection=connection, opts={"transactional_ddl": not apart})
    made = MigrationOperations(context, recording, apart=apart)
    made._install_proxy()
    try:
        yield made
    finally:
        made._remove_proxy()
