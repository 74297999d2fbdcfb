"""Plans that write, as statements: find and lock, check a reference, insert, update, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from mainstay.engine.plan import CheckPlan, FindPlan, Guards, ParentPlan, WritePlan
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.layout import Conversion, Places, maker, to_python
from mainstay.engine.sql.policy import Scope, condition
from mainstay.engine.sql.read import Answered, Level, by_key, of_parent, values_at
from mainstay.engine.sql.statement import Binds, Part, Statement, compiled
from mainstay.operation import Resource
from mainstay.policy.tree import Exists, IsNull, Opaque

Values = Callable[[Sequence[Any]], list[Any]]
"""From a row to some of its values, in Python's form."""


class Finding(msgspec.Struct, frozen=True):
    """A statement that finds a row to change: where its version and the flags stand, its key, what else is needed."""

    statement: Statement
    flags: tuple[tuple[str, int], ...]
    key: Values
    version: int | None
    columns: Values
    again: bool
    """Whether it runs twice: what waited for the lock was judged by other rows as they were before."""


class Writing(msgspec.Struct, frozen=True):
    """A statement that writes a row, and one that reads it again where the flags need more than the row itself."""

    statement: Statement
    again: Statement | None
    make: Callable[..., list[Any]]
    flags: tuple[tuple[str, int], ...]
    version: int | None
    lookup: Values
    key: Values
    """The key in the row that the statement gives back where there is one that reads again."""
    levels: tuple[Level, ...]
    """What fetches the lists inside the answer."""


def check_statement(schema: Schema, plan: CheckPlan) -> Statement:
    """Whether a row with this key is there, and some resource lets the caller read it."""
    binds = Binds()
    return compiled(checking(schema, plan, range(len(plan.columns)), "key", binds), binds, schema.dialect)


def checking(
    schema: Schema, plan: CheckPlan, places: Iterable[int | str], member: str, binds: Binds
) -> sa.Select[tuple[Any]]:
    """SELECT of the row that a reference means; its values stand at these places of a member of the inputs."""
    table = schema.storage.tables[plan.table].alias()
    scope = Scope(schema.storage, schema.dialect, binds, {plan.table: table}, {plan.table: plan.table})
    same = [
        table.c[name] == binds.add(Part(member, place), table.c[name].type)
        for name, place in zip(plan.columns, places, strict=True)
    ]
    readable = [condition(plan.guards.of(name), scope) for name in plan.resources]
    where = [*same, *([sa.or_(*readable)] if readable else [])]
    return sa.select(sa.literal_column("1")).select_from(table).where(*where)


def flag(places: Places, guards: Guards, name: str, scope: Scope) -> tuple[str, int]:
    """A guard's truth as a column, 1 or 0."""
    truth = condition(guards.of(name), scope)
    return name, places.add(sa.case((truth, sa.literal_column("1")), else_=sa.literal_column("0")))


def values_of(schema: Schema, table: str, names: Sequence[str], places: Places, clause: sa.FromClause) -> Values:
    """The function from a row to the values of some columns."""
    found: list[tuple[int, Conversion]] = []
    for column in [schema.storage.tables[table].c[name] for name in names]:
        place = places.of(table, column.name, clause.c[column.name])
        found.append((place, to_python(schema.storage.kind(table, column.name), column, schema.dialect)))
    return partial(values_at, found)


def parent_statement(schema: Schema, plan: ParentPlan) -> tuple[Statement, Values]:
    """The row in a path, if the caller may read it, and what makes of it the values that others refer to."""
    resource = schema.application.resource(plan.resource)
    binds = Binds()
    scope = schema.scope(resource, binds)
    table = scope.sources[resource.table]
    places = Places()
    values = values_of(schema, resource.table, plan.columns, places, table)
    where = [*by_key(table, plan.key, binds), condition(plan.guards.of(resource.name), scope)]
    select = sa.select(*places.columns).select_from(table).where(*where)
    return compiled(select, binds, schema.dialect), values


def find_statement(schema: Schema, plan: FindPlan) -> Finding:
    """The row that is to be changed, locked until the transaction ends, with what its policies say of it.

    A row that stays is locked so that others may refer to it meanwhile.
    """
    resource = schema.application.resource(plan.resource)
    binds = Binds()
    scope = schema.scope(resource, binds)
    table = scope.sources[resource.table]
    places = Places()
    key = values_of(schema, resource.table, schema.application.table(resource.table).key, places, table)
    columns = values_of(schema, resource.table, plan.columns, places, table)
    version = version_place(resource, places, table)
    flags = tuple(flag(places, plan.guards, name, scope) for name in plan.flags)
    select = (
        sa.select(*places.columns)
        .select_from(table)
        .where(*by_key(table, plan.lookup, binds), *of_parent(table, plan.under, binds))
    )
    locked = select.with_for_update(of=table, key_share=not plan.deleting) if plan.locking else select
    again = (
        schema.dialect.name == "postgresql"
        and plan.deleting
        and plan.locking
        and looks_elsewhere(plan.guards, plan.flags)
    )
    return Finding(compiled(locked, binds, schema.dialect), flags, key, version, columns, again)


class Judging(msgspec.Struct, frozen=True):
    """A statement that says of a row that is not stored whether policies are true of it."""

    statement: Statement
    flags: tuple[tuple[str, int], ...]


def judge_statement(schema: Schema, plan: WritePlan) -> Judging:
    """What the policies would say of a new row, had it been stored."""
    resource = schema.application.resource(plan.selection.resource)
    table = schema.storage.tables[resource.table]
    binds = Binds()
    columns: list[sa.ColumnElement[Any]] = []
    for column in table.columns:
        if column.name in plan.columns:
            value = binds.add(Part("row", column.name), column.type)
            columns.append(value.label(column.name))
        else:
            columns.append(sa.cast(sa.null(), column.type).label(column.name))
    draft = sa.select(*columns).subquery()
    scope = Scope(schema.storage, schema.dialect, binds, {table.name: draft}, {table.name: table.name})
    places = Places()
    flags = tuple(flag(places, plan.guards, name, scope) for name in plan.flags)
    return Judging(compiled(sa.select(*places.columns).select_from(draft), binds, schema.dialect), flags)


def write_statement(schema: Schema, plan: WritePlan) -> Writing:
    """The row written, with what is answered of it and what its policies say of it now."""
    resource = schema.application.resource(plan.selection.resource)
    table = schema.storage.tables[resource.table]
    key_columns = schema.application.table(resource.table).key
    written = written_row(schema, table, plan, key_columns, binds := Binds())
    fields = [f"{plan.selection.resource}.{name}" for name in plan.selection.fields]
    elsewhere = (
        plan.later
        or bool(plan.selection.includes)
        or returning_misjudges(plan.guards, (*plan.flags, *fields), schema.dialect)
        or works_out(resource, plan.selection.fields)
    )
    again = written is not None and elsewhere
    answered = Answered(schema, plan.guards)
    answered_binds = Binds() if again else binds
    scope = schema.scope(resource, answered_binds)
    layout = answered.layout(plan.selection, scope, resource.table)
    lookup = values_of(schema, resource.table, plan.lookup, answered.places, table)
    key = values_of(schema, resource.table, key_columns, own := Places(), table)
    version = version_place(resource, answered.places, table)
    flags = tuple(flag(answered.places, plan.guards, name, scope) for name in plan.flags)
    second = None
    if again or written is None:
        where = by_key(table, key_columns, answered_binds)
        second = compiled(answered.select(table).where(*where), answered_binds, schema.dialect)
    make, levels = maker(layout, len(answered.levels)), tuple(answered.levels)
    if written is None:
        assert second is not None
        return Writing(second, None, make, flags, version, lookup, key, levels)
    returned = own.columns if again else answered.places.columns or own.columns
    first = compiled(written.returning(*returned), binds, schema.dialect)
    return Writing(first, second, make, flags, version, lookup, key, levels)


def written_row(
    schema: Schema, table: sa.Table, plan: WritePlan, key: Sequence[str], binds: Binds
) -> sa.Insert | sa.Update | None:
    """INSERT or UPDATE; None where nothing is to be set."""
    values: dict[str, Any] = {name: binds.add(Part("row", name), table.c[name].type) for name in plan.columns}
    values.update((name, database_default(table.c[name], schema.dialect)) for name in plan.resets)
    if plan.checks:
        checked = [checking(schema, check, columns, "row", binds).exists() for columns, check in plan.checks]
        return sa.insert(table).from_select(list(values), sa.select(*values.values()).where(*checked))
    if plan.action == "insert":
        return sa.insert(table).values(values) if values else sa.insert(table)
    return sa.update(table).where(*by_key(table, key, binds)).values(values) if values else None


def database_default(column: sa.Column[Any], dialect: sa.Dialect) -> Any:
    """What the database sets the column to in a new row; SQLite has no word for that in an UPDATE."""
    if dialect.name == "postgresql":
        return sa.text("DEFAULT")
    default = column.server_default
    given = default.arg if isinstance(default, sa.DefaultClause) else None
    return sa.literal(given, sa.Text()) if isinstance(given, str) else given


def returning_misjudges(guards: Guards, names: Sequence[str], dialect: sa.Dialect) -> bool:
    """Whether one of these policies must be asked in a statement of its own.

    RETURNING sees other rows as they were before; in SQLite 3.40 it takes no column for null in IS NULL.
    """
    asks_null = any(isinstance(node, IsNull) for name in names for node in guards.of(name).walk())
    return looks_elsewhere(guards, names) or (dialect.name == "sqlite" and asks_null)


def looks_elsewhere(guards: Guards, names: Sequence[str]) -> bool:
    """Whether one of these policies looks at other rows, which RETURNING does not let it do."""
    return any(isinstance(node, Exists | Opaque) for name in names for node in guards.of(name).walk())


def works_out(resource: Resource, names: Sequence[str]) -> bool:
    """Whether one of these fields is computed, perhaps of other rows, which RETURNING may not look at."""
    return any(field.computed is not None and field.name in names for field in resource.fields)


def version_place(resource: Resource, places: Places, table: sa.FromClause) -> int | None:
    """The place of the version, where rows have one."""
    name = resource.version
    return None if name is None else places.of(resource.table, name, table.c[name])


def delete_statement(schema: Schema, resource_name: str) -> Statement:
    """The row gone."""
    resource = schema.application.resource(resource_name)
    table = schema.storage.tables[resource.table]
    binds = Binds()
    key = schema.application.table(resource.table).key
    return compiled(sa.delete(table).where(*by_key(table, key, binds)), binds, schema.dialect)
