"""Expand, backfill, contract: a change in several migrations, so that old and new code can run side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mainstay.migrate.code import call, literal
from mainstay.migrate.file import Body
from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.indexes import indexed, unindexed
from mainstay.migrate.rename import Rename
from mainstay.migrate.schema import Column, Constraint, Schema, Table, Text
from mainstay.migrate.write import body, filling, is_required, named, names, sql_code


def steps_apart(
    message: str,
    before: Schema,
    wanted: Schema,
    renames: Sequence[Rename],
    fills: Mapping[str, Text],
    *,
    concurrently: bool,
) -> list[Body]:
    """The migrations, one after the other.

    The first adds what old code does not mind, and keeps renamed columns in step; the second fills what is required in
    the rows that are there; the last, for when no old code runs any more, requires it and drops what is not used.
    Indexes of tables that are there are in the first one, or `concurrently` in one of their own.
    """
    for rename in renames:
        if rename.is_table:
            raise MigrationProblem(f"--expand renames columns; rename the table {rename.old} in a migration of its own")
        rename.applied(before)
        if wanted.tables[rename.table].column(rename.new) is None:
            raise MigrationProblem(f"the models have no column {rename.table}.{rename.new}")
    middle = expanded(before, wanted)
    first = unindexed(before, middle) if concurrently else middle
    step, unstep = steps(renames, before)
    from_old = {f"{rename.table}.{rename.new}": Text(named(rename.old), named(rename.old)) for rename in renames}
    from_new = {f"{rename.table}.{rename.old}": Text(named(rename.new), named(rename.new)) for rename in renames}
    filled = {**from_old, **fills}
    backfill = [
        backfilled(table, column, filled)
        for name, table in wanted.tables.items()
        if name in before.tables
        for column in newly_required(before.tables[name], table, from_old)
    ]
    bodies = [
        Body(
            f"{message} (expand)",
            joined(body(before, first, fills=filled), *step),
            joined(*unstep, body(first, before, fills=None, known=from_new)),
        ),
        Body(f"{message} (backfill)", joined(*backfill), "pass", apart=True),
        indexed(f"{message} (indexes)", first, middle),
        Body(
            f"{message} (contract)",
            joined(*unstep, body(middle, wanted, fills=filled)),
            joined(body(wanted, middle, fills=None), *copied(renames), *step),
        ),
    ]
    return [one for one in bodies if not one.is_nothing]


def expanded(before: Schema, wanted: Schema) -> Schema:
    """What both need: all tables and columns of both, where those that only one knows may be null."""
    tables = dict(wanted.tables)
    for name, table in before.tables.items():
        tables[name] = merged(table, wanted.tables[name]) if name in wanted.tables else table
    return Schema(tables)


def merged(before: Table, wanted: Table) -> Table:
    """One table with the columns of both."""
    kept = [column if wanted.column(column.name) else replace(column, nullable=True) for column in before.columns]
    added = [column for column in wanted.columns if before.column(column.name) is None]
    names = {column.name for column in added}
    known = {constraint.name for constraint in before.constraints}
    constraints = [one for one in wanted.constraints if one.name not in known and concerns(one, names)]
    indexes = {index.name for index in before.indexes}
    return replace(
        before,
        columns=(*kept, *(replace(column, nullable=True) if is_required(column) else column for column in added)),
        constraints=(*before.constraints, *constraints),
        search=before.search or wanted.search,
        indexes=(*before.indexes, *(index for index in wanted.indexes if index.name not in indexes)),
    )


def concerns(constraint: Constraint, columns: set[str]) -> bool:
    """Whether a constraint says something about one of the columns."""
    if constraint.condition is not None:
        return bool(columns & set(re.findall(r"\w+", constraint.condition.postgresql)))
    return bool(columns & set(constraint.columns))


def newly_required(before: Table, wanted: Table, renamed: Mapping[str, Text]) -> Iterator[Column]:
    """The columns that get a value in the rows that are there."""
    for column in wanted.columns:
        old = before.column(column.name)
        if old is None and (is_required(column) or f"{wanted.name}.{column.name}" in renamed):
            yield column
        if old is not None and old.nullable and is_required(column):
            yield column


def backfilled(table: Table, column: Column, fills: Mapping[str, Text]) -> str:
    """The statement that fills a column, some rows at a time."""
    value = filling(table, column, fills)
    assert value is not None
    said = [literal(table.name), literal(column.name), sql_code(value)]
    return call("backfill", [*said, f"key={names(key_of(table))}"])


def key_of(table: Table) -> tuple[str, ...]:
    """The columns of a table's key; none where it has none."""
    return next((one.columns for one in table.constraints if one.sort == "primary"), ())


def steps(renames: Sequence[Rename], schema: Schema) -> tuple[list[str], list[str]]:
    """The statements that keep renamed columns in step, and those that end it."""
    begin, end = [], []
    for rename in renames:
        pair = [literal(rename.table), literal(rename.old), literal(rename.new)]
        begin.append(call("keep_in_step", [*pair, f"key={names(key_of(schema.tables[rename.table]))}"]))
        end.append(call("let_go", pair))
    return begin, end


def copied(renames: Sequence[Rename]) -> list[str]:
    """The statements that copy renamed columns back."""
    texts = [f"UPDATE {named(one.table)} SET {named(one.old)} = {named(one.new)}" for one in renames]
    return [call("op.execute", [literal(text)]) for text in texts]


def joined(*statements: str) -> str:
    """Statements one after the other; `pass` for none."""
    return "\n".join(one for one in statements if one != "pass") or "pass"
