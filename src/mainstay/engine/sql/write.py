"""Plans that write, as statements: find and lock, check a reference, insert, update, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from mainstay.engine.plan import CheckPlan, FindPlan, Guards, WritePlan
from mainstay.engine.sql.layout import Conversion, Places, maker, to_python
from mainstay.engine.sql.policy import Scope, condition
from mainstay.engine.sql.read import Answered, Schema, by_key
from mainstay.engine.sql.statement import Binds, Statement, compiled
from mainstay.policy.tree import Exists, Opaque


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that finds a row to change: where its version stands, the flags, and the key's values."""

    statement: Statement
    flags: tuple[tuple[str, int], ...]
    key: Callable[[Sequence[Any]], list[Any]]
    version: int | None


@dataclass(frozen=True, slots=True)
class Writing:
    """A statement that writes a row, and one that reads it again where the flags need more than the row itself."""

    statement: Statement
    again: Statement | None
    make: Callable[[Sequence[Any]], Any]
    flags: tuple[tuple[str, int], ...]
    key: Callable[[Sequence[Any]], list[Any]]
    version: int | None


def check_statement(schema: Schema, plan: CheckPlan) -> Statement:
    """Whether a row with this key is there, and some resource lets the caller read it."""
    binds = Binds()
    table = schema.storage.tables[plan.table]
    scope = Scope(schema.storage, schema.dialect, binds, {plan.table: table}, {plan.table: plan.table})
    readable = [condition(plan.guards.of(name), scope) for name in plan.resources]
    where = [*by_key(table, plan.columns, binds), *([sa.or_(*readable)] if readable else [])]
    return compiled(sa.select(sa.literal_column("1")).select_from(table).where(*where), binds, schema.dialect)


def flag(places: Places, guards: Guards, name: str, scope: Scope) -> tuple[str, int]:
    """A guard's truth as a column, 1 or 0."""
    truth = condition(guards.of(name), scope)
    return name, places.add(sa.case((truth, sa.literal_column("1")), else_=sa.literal_column("0")))


def keys(schema: Schema, table: str, places: Places, clause: sa.FromClause) -> Callable[[Sequence[Any]], list[Any]]:
    """The function from a row to its key, in Python's form."""
    columns = [schema.storage.tables[table].c[name] for name in schema.application.table(table).key]
    found: list[tuple[int, Conversion]] = []
    for column in columns:
        place = places.of(table, column.name, clause.c[column.name])
        found.append((place, to_python(schema.storage.kind(table, column.name), column, schema.dialect)))
    return partial(values_at, found)


def values_at(places: list[tuple[int, Conversion]], row: Sequence[Any]) -> list[Any]:
    """The values at some places of a row, in Python's form."""
    return [row[place] if load is None else load(row[place]) for place, load in places]


def find_statement(schema: Schema, plan: FindPlan) -> Finding:
    """The row that is to be changed, locked until the transaction ends, with what its policies say of it."""
    resource = schema.application.resource(plan.resource)
    binds = Binds()
    scope = schema.scope(resource, binds)
    table = scope.sources[resource.table]
    places = Places()
    key = keys(schema, resource.table, places, table)
    version = None
    if resource.version is not None:
        version = places.of(resource.table, resource.version, table.c[resource.version])
    flags = tuple(flag(places, plan.guards, name, scope) for name in plan.flags)
    where = by_key(table, plan.lookup, binds)
    select = sa.select(*places.columns).select_from(table).where(*where).with_for_update(of=table)
    return Finding(compiled(select, binds, schema.dialect), flags, key, version)


def write_statement(schema: Schema, plan: WritePlan) -> Writing:
    """The row written, with what is answered of it and what its policies say of it now."""
    resource = schema.application.resource(plan.selection.resource)
    table = schema.storage.tables[resource.table]
    binds = Binds()
    values = {
        name: binds.add(partial(lambda name, inputs: inputs.row[name], name), table.c[name].type)
        for name in plan.columns
    }
    key_columns = schema.application.table(resource.table).key
    answered, answered_binds = Answered(schema, plan.guards), binds
    local = not any(isinstance(node, Exists | Opaque) for name in plan.flags for node in plan.guards.of(name).walk())
    shown = not any(
        isinstance(node, Exists | Opaque)
        for name in plan.selection.fields
        for node in plan.guards.of(f"{resource.name}.{name}").walk()
    )
    again = not (local and shown)
    if again:
        answered_binds = Binds()
    scope = schema.scope(resource, answered_binds)
    layout = answered.layout(plan.selection, scope, resource.table)
    key = keys(schema, resource.table, answered.places, table)
    version = None
    if resource.version is not None:
        version = answered.places.of(resource.table, resource.version, table.c[resource.version])
    flags = tuple(flag(answered.places, plan.guards, name, scope) for name in plan.flags)
    statement: Any
    if plan.action == "insert":
        statement = sa.insert(table).values(values) if values else sa.insert(table)
    else:
        statement = sa.update(table).where(*by_key(table, key_columns, binds)).values(values)
    if not again:
        written = compiled(statement.returning(*answered.places.columns), binds, schema.dialect)
        return Writing(written, None, maker(layout), flags, key, version)
    own_key = [table.c[name].label(f"k{place}") for place, name in enumerate(key_columns)]
    written = compiled(statement.returning(*own_key), binds, schema.dialect)
    select = answered.select(table).where(*by_key(table, key_columns, answered_binds))
    return Writing(written, compiled(select, answered_binds, schema.dialect), maker(layout), flags, key, version)


def returned_key(schema: Schema, table: str) -> Callable[[Sequence[Any]], list[Any]]:
    """The function from what an insert returned to the key, in Python's form."""
    columns = [schema.storage.tables[table].c[name] for name in schema.application.table(table).key]
    kinds = [to_python(schema.storage.kind(table, column.name), column, schema.dialect) for column in columns]
    return partial(values_at, list(enumerate(kinds)))


def delete_statement(schema: Schema, resource_name: str) -> Statement:
    """The row gone."""
    resource = schema.application.resource(resource_name)
    table = schema.storage.tables[resource.table]
    binds = Binds()
    key = schema.application.table(resource.table).key
    return compiled(sa.delete(table).where(*by_key(table, key, binds)), binds, schema.dialect)
