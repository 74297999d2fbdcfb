"""Expand, backfill, contract: a change in three migrations, so that old and new code can run side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mainstay.migrate.code import call, listed, literal
from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.schema import Column, Constraint, Schema, Table, Text
from mainstay.migrate.write import Rename, body, fill, is_required

Body = tuple[str, str, str]
"""What a migration does, its statements, and those of the way back."""


def in_three(
    message: str, before: Schema, wanted: Schema, renames: Sequence[Rename], fills: Mapping[str, Text]
) -> list[Body]:
    """The three migrations.

    The first adds what old code does not mind, and keeps renamed columns in step; the second fills what is required in
    the rows that are there; the third, for when no old code runs any more, requires it and drops what is not used.
    """
    for rename in renames:
        if rename.is_table:
            raise MigrationProblem(f"--expand renames columns; rename the table {rename.old} in a migration of its own")
        rename.applied(before)
        if wanted.tables[rename.table].column(rename.new) is None:
            raise MigrationProblem(f"the models have no column {rename.table}.{rename.new}")
    middle = expanded(before, wanted)
    step, unstep = steps(renames, before)
    from_old = {f"{rename.table}.{rename.new}": Text(rename.old, rename.old) for rename in renames}
    from_new = {f"{rename.table}.{rename.old}": Text(rename.new, rename.new) for rename in renames}
    filled = {**from_old, **fills}
    backfill = [
        fill(table, required, filled)
        for name, table in wanted.tables.items()
        if name in before.tables
        for required in newly_required(before.tables[name], table, from_old)
    ]
    return [
        (
            f"{message} (expand)",
            joined(body(before, middle, fills=filled), *step),
            joined(*unstep, body(middle, before, fills=None, known=from_new)),
        ),
        (f"{message} (backfill)", joined(*backfill), "pass"),
        (
            f"{message} (contract)",
            joined(*unstep, body(middle, wanted, fills=filled)),
            joined(body(wanted, middle, fills=None), *copied(from_new), *step),
        ),
    ]


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


def newly_required(before: Table, wanted: Table, renamed: Mapping[str, Text]) -> list[Column]:
    """The columns that get a value in the rows that are there."""
    new = [column for column in wanted.columns if before.column(column.name) is None]
    return [column for column in new if is_required(column) or f"{wanted.name}.{column.name}" in renamed]


def steps(renames: Sequence[Rename], schema: Schema) -> tuple[list[str], list[str]]:
    """The statements that keep renamed columns in step, and those that end it."""
    begin, end = [], []
    for rename in renames:
        keys = [one.columns for one in schema.tables[rename.table].constraints if one.sort == "primary"]
        named = [literal(rename.table), literal(rename.old), literal(rename.new)]
        begin.append(call("keep_in_step", [*named, f"key={listed([literal(name) for name in keys[0]])}"]))
        end.append(call("let_go", named))
    return begin, end


def copied(values: Mapping[str, Text]) -> list[str]:
    """The statements that copy columns."""
    pairs = [(name.partition("."), text.postgresql) for name, text in values.items()]
    return [call("op.execute", [literal(f"UPDATE {table} SET {old} = {new}")]) for (table, _, old), new in pairs]


def joined(*statements: str) -> str:
    """Statements one after the other; `pass` for none."""
    return "\n".join(one for one in statements if one != "pass") or "pass"
