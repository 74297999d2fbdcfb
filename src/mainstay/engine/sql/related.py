"""Rows that belong to other rows: so many of each parent's, all parents' in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from mainstay.engine.plan import Guards
from mainstay.engine.sql.filters import exposing, readable
from mainstay.engine.sql.policy import Scope, Truth
from mainstay.engine.sql.statement import Inputs
from mainstay.operation import Application, Relation, Table


@dataclass(frozen=True, slots=True)
class Parents:
    """The keys that a statement is given, as rows: their columns, and their place among the keys, from 0."""

    rows: sa.FromClause
    key: tuple[sa.ColumnElement[Any], ...]
    place: sa.ColumnElement[Any]


def parents(types: Sequence[TypeEngine[Any]], scope: Scope) -> Parents:
    """The keys of the inputs: an array for each column of theirs on PostgreSQL, one JSON array on SQLite."""
    names = [f"k{number}" for number in range(len(types))]
    if scope.dialect.name == "postgresql":
        columns = [
            scope.binds.add_stored(partial(column_of, number if len(types) > 1 else None), ARRAY(type_))
            for number, type_ in enumerate(types)
        ]
        given: Any = sa.func.unnest(*columns).table_valued(*names, with_ordinality="place").render_derived()
        return Parents(given, tuple(given.c[name] for name in names), given.c.place - sa.literal_column("1"))
    values = scope.binds.add_stored(lambda inputs: msgspec.json.encode(inputs.parents).decode(), sa.Text())
    each: Any = sa.func.json_each(values).table_valued("key", "value")
    if len(types) == 1:
        return Parents(each, (each.c.value,), each.c.key)
    parts = [sa.func.json_extract(each.c.value, sa.literal_column(f"'$[{number}]'")) for number in range(len(types))]
    return Parents(each, tuple(parts), each.c.key)


def column_of(number: int | None, inputs: Inputs) -> Sequence[Any]:
    """One column of the keys; the keys themselves where they have only one."""
    return inputs.parents if number is None else [key[number] for key in inputs.parents]


def belonging(
    application: Application, relation: Relation, guards: Guards, rows: sa.FromClause, given: Parents, scope: Scope
) -> Iterator[Truth]:
    """That a row belongs to a parent; over a link table, by a link that the caller may read where links are exposed."""
    first, last = relation.steps[0], relation.steps[-1]
    if first is last:
        yield from (rows.c[remote] == key for (_, remote), key in zip(first.pairs, given.key, strict=True))
        return
    link = scope.storage.tables[first.table].alias()
    there = scope.within(first.table, first.table, link)
    where = [link.c[remote] == key for (_, remote), key in zip(first.pairs, given.key, strict=True)]
    where += readable(exposing(application, first.table), guards, there)
    linked = sa.select(*[link.c[local] for local, _ in last.pairs]).where(*where).correlate_except(link)
    yield one_or_row([rows.c[remote] for _, remote in last.pairs]).in_(linked)


def one_or_row(columns: Sequence[sa.ColumnElement[Any]]) -> Any:
    """A column alone, or several as a row value."""
    return columns[0] if len(columns) == 1 else sa.tuple_(*columns)


def bounded(
    table: Table,
    rows: sa.FromClause,
    given: Parents,
    where: Sequence[Truth],
    order: Sequence[sa.ColumnElement[Any]],
    limit: int,
    dialect: sa.Dialect,
) -> tuple[sa.FromClause, sa.FromClause]:
    """The parents joined to the first of their rows, and what the columns of those rows are taken from."""
    most: sa.ColumnElement[Any] = sa.literal_column(str(limit))
    if dialect.name == "postgresql":
        child: sa.FromClause = (
            sa.select(*rows.columns).where(*where).order_by(*order).limit(most).correlate(given.rows).lateral()
        )
        return given.rows.join(child, sa.true()), child
    child = rows.element.alias()  # type: ignore[attr-defined]
    first = sa.select(*[rows.c[name] for name in table.key]).where(*where).order_by(*order).limit(most)
    keys = one_or_row([child.c[name] for name in table.key])
    return given.rows.join(child, keys.in_(first.correlate(given.rows))), child
