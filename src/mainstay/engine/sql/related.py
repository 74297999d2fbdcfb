"""Rows that belong to other rows: so many of each parent's, all parents' in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine

from mainstay.engine.plan import Guards
from mainstay.engine.sql.filters import exposing, readable
from mainstay.engine.sql.policy import Scope, Truth
from mainstay.engine.sql.statement import Inputs
from mainstay.operation import Application
from mainstay.tables import Relation


class Parents(msgspec.Struct, frozen=True):
    """The keys that a statement is given, as rows: their columns, and their place among the keys, from 0."""

    rows: sa.FromClause
    key: tuple[sa.ColumnElement[Any], ...]
    place: sa.ColumnElement[Any]


def parents(types: Sequence[TypeEngine[Any]], scope: Scope) -> Parents:
    """The keys of the inputs: an array for each column of theirs on PostgreSQL, one JSON array on SQLite."""
    names = [f"k{number}" for number in range(len(types))]
    if scope.dialect.name == "postgresql":
        columns = [
            scope.binds.add_stored(partial(column_of, number if len(types) > 1 else None), sa.ARRAY(type_))
            for number, type_ in enumerate(types)
        ]
        given: Any = sa.func.unnest(*columns).table_valued(*names, with_ordinality="place").render_derived()
        return Parents(given, tuple(given.c[name] for name in names), given.c.place - sa.literal_column("1"))
    values = scope.binds.add_stored(lambda inputs: msgspec.json.encode(inputs.parents).decode(), sa.Text())
    each: Any = sa.func.json_each(values).table_valued("key", "value")
    if len(types) == 1:
        return Parents(each, (each.c.value,), each.c.key)
    return Parents(each, tuple(parts(each.c.value, len(types))), each.c.key)


def parts(value: sa.ColumnElement[Any], many: int) -> list[sa.ColumnElement[Any]]:
    """The elements of a JSON array."""
    return [sa.func.json_extract(value, sa.literal_column(f"'$[{number}]'")) for number in range(many)]


def column_of(number: int | None, inputs: Inputs) -> Sequence[Any]:
    """One column of the keys; the keys themselves where they have only one."""
    return inputs.parents if number is None else [key[number] for key in inputs.parents]


class InOrder(sa.Join):
    """A join whose left side SQLite reads first, which CROSS JOIN makes it do; its planner would guess otherwise."""

    inherit_cache = False


@compiles(InOrder, "sqlite")
def in_order(join: InOrder, compiler: Any, **more: Any) -> str:
    """The join as text."""
    sides = [compiler.process(side, **{**more, "asfrom": True}) for side in (join.left, join.right)]
    return f"{sides[0]} CROSS JOIN {sides[1]} ON {compiler.process(join.onclause, **more)}"


class Bounded(msgspec.Struct, frozen=True):
    """The parents joined to the first of their rows: what is selected from, the rows, and the parent's place."""

    source: sa.FromClause
    rows: sa.FromClause
    place: sa.ColumnElement[Any]
    order: Sequence[sa.ColumnElement[Any]] = ()
    """What the rows of one parent are in order by, where that is not their own columns."""


class Belonging:
    """The rows of a relation that belong to parents; over a link table, by links that the caller may read."""

    def __init__(
        self,
        application: Application,
        relation: Relation,
        guards: Guards,
        rows: sa.FromClause,
        given: Parents,
        scope: Scope,
        number: str | None,
    ) -> None:
        """`number` is the name by which the database numbers the rows, where it does."""
        self.table = application.table(relation.target)
        self.rows = rows
        self.given = given
        self.dialect = scope.dialect
        self.number = number
        first, last = relation.steps[0], relation.steps[-1]
        if first is last:
            self.link: sa.FromClause | None = None
            self.to_rows = same(rows, first.pairs, given.key)
            return
        self.link = link = scope.storage.tables[first.table].alias()
        there = scope.within(first.table, first.table, link)
        self.to_link = same(link, first.pairs, given.key)
        self.ends = [link.c[local] for local, _ in last.pairs]
        self.to_rows = same(rows, last.pairs, self.ends)
        self.far = [rows.c[remote] for _, remote in last.pairs]
        ends = {name for _, name in first.pairs} | {name for name, _ in last.pairs}
        links = application.table(first.table)
        self.once = any(ends.issuperset(columns) for columns in (links.key, *links.unique))
        """Whether one link at most leads from a parent to a row."""
        self.of_link = list(readable(exposing(application, first.table), guards, there))

    def bounded(self, where: Sequence[Truth], order: Sequence[sa.ColumnElement[Any]], limit: int) -> Bounded:
        """At most `limit` rows of each parent's, in order."""
        most: sa.ColumnElement[Any] = sa.literal_column(str(limit))
        if self.dialect.name == "postgresql":
            return self.lateral(where, order, most)
        return self.listed(where, order, most)

    def lateral(self, where: Sequence[Truth], order: Sequence[sa.ColumnElement[Any]], most: Any) -> Bounded:
        """PostgreSQL: a subquery for each parent, which reads an index that has the rows in order."""
        belongs = self.to_rows if self.link is None else [self.linked(self.link)]
        first = sa.select(*self.rows.columns).where(*belongs, *where).order_by(*order).limit(most)
        child = first.correlate(self.given.rows).lateral()
        return Bounded(self.given.rows.join(child, sa.true()), child, self.given.place)

    def linked(self, link: sa.FromClause) -> Truth:
        """That a row is at the other end of a link."""
        found = sa.select(*self.ends).where(*self.to_link, *self.of_link).correlate_except(link)
        linked: Truth = one_or_row(self.far).in_(found)
        return linked

    def listed(self, where: Sequence[Truth], order: Sequence[sa.ColumnElement[Any]], most: Any) -> Bounded:
        """SQLite: for each parent a JSON array of its first rows, from an index that has them in order, then the rows.

        Over a link table no index has rows in order for a parent that they do not name, so that all its links are read.
        """
        known_by = self.known_by(self.rows)
        one = known_by[0] if len(known_by) == 1 else sa.func.json_array(*known_by)
        belonging = self.rows if self.link is None else InOrder(self.link, self.rows, sa.and_(*self.to_rows))
        belongs = self.to_rows if self.link is None else [*self.to_link, *self.of_link]
        first = sa.select(one.label("one")).select_from(belonging).where(*belongs, *where)
        if self.link is not None and not self.once:
            first = first.group_by(*known_by)
        chosen = first.order_by(*order).limit(most).correlate(self.given.rows).subquery()
        every = sa.select(sa.func.json_group_array(chosen.c.one)).correlate(self.given.rows).scalar_subquery()
        each: Any = sa.func.json_each(every).table_valued("key", "value")
        child = self.rows.element.alias()  # type: ignore[attr-defined]
        found = self.known_by(child)
        values = [each.c.value] if len(found) == 1 else parts(each.c.value, len(found))
        same = [column == value for column, value in zip(found, values, strict=True)]
        source = InOrder(InOrder(self.given.rows, each, sa.true()), child, sa.and_(*same))
        return Bounded(source, child, self.given.place, (each.c.key,))

    def known_by(self, rows: sa.FromClause) -> list[sa.ColumnElement[Any]]:
        """The columns by which rows are found: their number where they have one, else their key."""
        if self.number is None:
            return [rows.c[name] for name in self.table.key]
        return [sa.column(self.number, sa.Integer(), _selectable=rows)]


def same(table: sa.FromClause, pairs: Sequence[tuple[str, str]], key: Sequence[sa.ColumnElement[Any]]) -> list[Truth]:
    """That the columns of a row are those of a key."""
    return [table.c[remote] == part for (_, remote), part in zip(pairs, key, strict=True)]


def one_or_row(columns: Sequence[sa.ColumnElement[Any]]) -> Any:
    """A column alone, or several as a row value."""
    return columns[0] if len(columns) == 1 else sa.tuple_(*columns)
