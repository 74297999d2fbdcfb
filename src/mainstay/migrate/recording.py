"""What the operations of a migration make of a schema, without asking a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.operations import ops
from alembic.operations.schemaobj import SchemaObjects

from mainstay.migrate.in_step import LetGo
from mainstay.migrate.rename import Rename, RenameConstraints, first_names
from mainstay.migrate.schema import Schema, Table, column_of, constraint_of, index_of, table_of
from mainstay.migrate.searching import CreateSearchIndex, DropSearchIndex


class Recording:
    """A schema, and what the operations so far have taken out of it.

    SQL that is executed as text is not seen; `check` finds out what it did.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.dropped: list[tuple[str, str | None]] = []
        """Tables, and columns of tables, that are gone with what was in them, by their first names."""
        self.copied: set[tuple[str, str | None]] = set()
        """Columns whose values another one has, too."""
        self.renamed: list[Rename] = []
        """What has another name."""

    def begun(self) -> Schema:
        """The schema, before what is recorded from now on."""
        self.dropped, self.copied, self.renamed = [], set(), []
        return self.schema

    def take(self, operation: ops.MigrateOperation) -> None:
        """Does to the schema what an operation does to a database; a table that SQL made is not known here."""
        named = constraint_table(operation)
        if isinstance(operation, ops.CreateTableOp | ops.DropIndexOp) or named in self.schema.tables:
            for known, does in DOES.items():
                if isinstance(operation, known):
                    does(self, operation)

    def put(self, table: Table) -> None:
        """Puts a table in place of the one of its name."""
        self.schema = self.schema.with_table(table)

    def table(self, name: str) -> Table:
        """A table."""
        return self.schema.tables[name]

    def create_table(self, operation: ops.CreateTableOp) -> None:
        self.put(table_of(operation.to_table()))

    def drop_table(self, operation: ops.DropTableOp) -> None:
        self.dropped.append(first_names(operation.table_name, None, self.renamed))
        self.schema = self.schema.without(operation.table_name)

    def rename_table(self, operation: ops.RenameTableOp) -> None:
        self.renamed.append(Rename(operation.table_name, operation.table_name, operation.new_table_name, is_table=True))
        self.schema = self.schema.renamed(operation.table_name, operation.new_table_name)

    def add_column(self, operation: ops.AddColumnOp) -> None:
        made = SchemaObjects().table(operation.table_name, operation.column._copy())
        described = table_of(made)
        table = self.table(operation.table_name)
        more = tuple(one for one in described.constraints if one.sort != "primary")
        self.put(
            replace(
                table,
                columns=(*table.columns, *described.columns),
                constraints=(*table.constraints, *more),
                indexes=(*table.indexes, *described.indexes),
            )
        )

    def drop_column(self, operation: ops.DropColumnOp) -> None:
        table, gone = self.table(operation.table_name), operation.column_name
        if (table.name, gone) not in self.copied:
            self.dropped.append(first_names(table.name, gone, self.renamed))
        self.put(
            replace(
                table,
                columns=tuple(column for column in table.columns if column.name != gone),
                constraints=tuple(one for one in table.constraints if gone not in one.columns),
                indexes=tuple(index for index in table.indexes if gone not in index.parts),
            )
        )

    def alter_column(self, operation: ops.AlterColumnOp) -> None:
        table, name = self.table(operation.table_name), operation.column_name
        changes: dict[str, Any] = {}
        if operation.modify_type is not None:
            typed = column_of(sa.Column(name, operation.modify_type))
            changes |= {"type": typed.type, "type_code": typed.type_code}
        if operation.modify_nullable is not None:
            changes["nullable"] = operation.modify_nullable
        if operation.modify_server_default is not False:
            given = sa.Column(name, sa.Integer(), server_default=operation.modify_server_default)
            changes["default"] = column_of(given).default
        columns = tuple(replace(one, **changes) if one.name == name else one for one in table.columns)
        self.put(replace(table, columns=columns))
        if operation.modify_name is not None:
            self.renamed.append(Rename(table.name, name, operation.modify_name))
            self.schema = self.schema.column_renamed(table.name, name, operation.modify_name)

    def add_constraint(self, operation: ops.AddConstraintOp) -> None:
        constraint = constraint_of(operation.to_constraint())
        table = self.table(str(constraint_table(operation)))
        self.put(replace(table, constraints=(*table.constraints, constraint)))

    def drop_constraint(self, operation: ops.DropConstraintOp) -> None:
        table = self.table(operation.table_name)
        kept = tuple(one for one in table.constraints if one.name != operation.constraint_name)
        self.put(replace(table, constraints=kept))

    def rename_constraints(self, operation: RenameConstraints) -> None:
        table, names = self.table(operation.table_name), operation.names
        named = (replace(one, name=names.get(str(one.name), one.name)) for one in table.constraints)
        self.put(replace(table, constraints=tuple(named)))

    def create_index(self, operation: ops.CreateIndexOp) -> None:
        made: Any = operation.to_index()
        for covered in made.dialect_options["postgresql"]["include"] or ():
            if covered not in made.table.c:  # the operation knows those alone that the index sorts by
                made.table.append_column(sa.Column(covered, sa.types.NullType()))
        table, index = self.table(operation.table_name), index_of(made)
        if index.name not in {known.name for known in table.indexes}:
            self.put(replace(table, indexes=(*table.indexes, index)))

    def drop_index(self, operation: ops.DropIndexOp) -> None:
        for table in self.schema.tables.values():
            kept = tuple(index for index in table.indexes if index.name != operation.index_name)
            if kept != table.indexes:
                self.put(replace(table, indexes=kept))

    def let_go(self, operation: LetGo) -> None:
        self.copied |= {(operation.table_name, operation.old), (operation.table_name, operation.new)}

    def create_search_index(self, operation: CreateSearchIndex) -> None:
        self.put(replace(self.table(operation.table_name), search=operation.index))

    def drop_search_index(self, operation: DropSearchIndex) -> None:
        self.put(replace(self.table(operation.table_name), search=None))


def constraint_table(operation: Any) -> str | None:
    """The table that a constraint is added to, which a foreign key calls its source."""
    name: str | None = getattr(operation, "source_table", None) or getattr(operation, "table_name", None)
    return name


DOES: dict[type[ops.MigrateOperation], Callable[[Recording, Any], None]] = {
    ops.CreateTableOp: Recording.create_table,
    ops.DropTableOp: Recording.drop_table,
    ops.RenameTableOp: Recording.rename_table,
    ops.AddColumnOp: Recording.add_column,
    ops.DropColumnOp: Recording.drop_column,
    ops.AlterColumnOp: Recording.alter_column,
    ops.AddConstraintOp: Recording.add_constraint,
    ops.DropConstraintOp: Recording.drop_constraint,
    ops.CreateIndexOp: Recording.create_index,
    ops.DropIndexOp: Recording.drop_index,
    CreateSearchIndex: Recording.create_search_index,
    DropSearchIndex: Recording.drop_search_index,
    RenameConstraints: Recording.rename_constraints,
    LetGo: Recording.let_go,
}
"""What each operation does to a schema."""
