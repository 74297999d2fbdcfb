"""Fields as SQL: the columns of a row, and what the database works out beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from mainstay.engine.plan import Condition, Guards
from mainstay.engine.sql.policy import Scope, Truth, condition, valued
from mainstay.engine.sql.search import word_columns
from mainstay.engine.sql.statement import Binds
from mainstay.operation import Application, Computed, Field, Resource
from mainstay.policy.tree import ANYONE
from mainstay.storage import Storage


class Schema(msgspec.Struct, frozen=True):
    """What every statement is built from."""

    application: Application
    storage: Storage
    dialect: sa.Dialect
    number: Callable[[str], str | None] = lambda table: None
    """The name by which the database itself numbers the rows of a table, where it does."""

    def scope(self, resource: Resource, binds: Binds) -> Scope:
        """The scope of a statement over the resource's own rows."""
        sources = {resource.table: self.storage.tables[resource.table]}
        return Scope(self.storage, self.dialect, binds, sources, {resource.table: resource.table})


def field_value(schema: Schema, resource: Resource, field: Field, guards: Guards, scope: Scope) -> Any:
    """The value of a field in the rows of a scope: a column, or an expression."""
    columns = scope.sources[resource.table].c
    if field.computed is None or field.column in columns:
        return columns[field.column]
    kind = schema.storage.kind_in(resource, field.column)
    return valued(field.computed.value, kind, guarding(field.computed, guards, scope))


def guarding(computed: Computed, guards: Guards, scope: Scope) -> Scope:
    """The scope in which rows elsewhere are looked at under the policies that they count under."""

    def counting(source: str, table: str, clause: sa.FromClause) -> Iterator[Truth]:
        there = Scope(scope.storage, scope.dialect, scope.binds, {table: clause}, {table: table})
        return (
            condition(guards.of(name), there) for name in policies_of(computed, source) if guards.of(name) != ANYONE
        )

    return replace(scope, counting=counting)


def policies_of(computed: Computed, source: str) -> tuple[str, ...]:
    """The names of the policies under which rows of a source count."""
    return next((counted.policies for counted in computed.counted if counted.source == source), ())


def with_computed(schema: Schema, resource: Resource, names: Iterable[str], guards: Guards, scope: Scope) -> Scope:
    """The scope over rows that have those computed values among these names as columns; itself where none is."""
    wanted = [field for field in resource.fields if field.computed is not None and field.column in names]
    if not wanted:
        return scope
    table = scope.sources[resource.table]
    values = [field_value(schema, resource, field, guards, scope).label(field.column) for field in wanted]
    columns = (*table.c, *values, *word_columns(schema.application.table(resource.table), table, schema.dialect))
    return scope.within(resource.table, resource.table, sa.select(*columns).subquery())


def filtered(resource: Resource, conditions: Iterable[Condition]) -> set[str]:
    """The columns of the resource's own rows that a list is filtered by."""
    names = {wanted.filter for wanted in conditions}
    return {filter_.column for filter_ in resource.filters if filter_.name in names and not filter_.relations}


def can_be_null(schema: Schema, resource: Resource, column: str) -> bool:
    """Whether a column, or a computed value, can be null."""
    stored = schema.storage.tables[resource.table].c.get(column)
    if stored is not None:
        return bool(stored.nullable)
    return next(field.nullable for field in resource.fields if field.column == column)
