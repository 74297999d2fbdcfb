"""Statements over several rows at once, whose values are given as one parameter (SQLite) or one a column (PostgreSQL).

Their number does not depend on how many rows are given, and neither does their text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from mainstay.dialects import postgresql, sqlite
from mainstay.engine.plan import GetPlan, Guards
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.layout import Places, maker
from mainstay.engine.sql.policy import Scope, Truth, condition
from mainstay.engine.sql.read import Answered, Reading
from mainstay.engine.sql.statement import Binds, Inputs, Statement, compiled, converter
from mainstay.engine.sql.write import Values, flag, looks_elsewhere, values_of

GIVEN, DEFAULT, LEFT = "1", "d", "0"
"""What a row says of a column: its value is given, it gets the database's default, it is left as it is."""


class Given:
    """The given rows as a table: their columns by name, and `number`, which counts them from 0."""

    def __init__(self, columns: Sequence[tuple[str, TypeEngine[Any]]], binds: Binds, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        if dialect.name == "postgresql":
            made = [
                binds.add(partial(lambda place, inputs: [row[place] for row in inputs.rows], place), sa.ARRAY(type_))
                for place, (_, type_) in enumerate(columns)
            ]
            named = [sa.column(name, type_) for name, type_ in columns]
            rows = sa.func.unnest(*made).table_valued(*named, with_ordinality="n", name="given").render_derived()
            self.clause: sa.FromClause = rows
            self.number: Any = rows.c.n - sa.literal_column("1")
        else:
            stores = [converter(type_, dialect) for _, type_ in columns]
            each = sa.func.json_each(binds.add(partial(as_json, stores), sa.Text())).table_valued("key", "value")
            picked = [
                sa.type_coerce(sa.func.json_extract(each.c.value, sa.literal_column(f"'$[{place}]'")), type_).label(
                    name
                )
                for place, (name, type_) in enumerate(columns)
            ]
            self.clause = sa.select(each.c.key.label("n"), *picked).subquery("given")
            self.number = self.clause.c.n

    def __getitem__(self, name: str) -> Any:
        """A column."""
        return self.clause.c[name]


def as_json(stores: Sequence[Callable[[Any], Any] | None], inputs: Inputs) -> str:
    """The rows as one text of JSON, their values as the database keeps them."""
    rows = [
        [value if value is None or store is None else store(value) for value, store in zip(row, stores, strict=True)]
        for row in inputs.rows
    ]
    return msgspec.json.encode(rows).decode()


def typed(table: sa.Table, names: Sequence[str], prefix: str = "") -> list[tuple[str, TypeEngine[Any]]]:
    """Columns of a table as columns of given rows."""
    return [(prefix + name, table.c[name].type) for name in names]


def same(given: Given, table: sa.FromClause, pairs: Sequence[tuple[str, str]]) -> Truth:
    """That columns of given rows are equal to columns of a table."""
    return sa.and_(*[given[own] == table.c[other] for own, other in pairs])


def among(table: sa.Table, names: Sequence[str], given: Given) -> Truth:
    """That a row of the table has the values of a given one in these columns."""
    wanted = sa.select(*[given[name] for name in names])
    if len(names) == 1:
        return table.c[names[0]].in_(wanted)
    return sa.tuple_(*[table.c[name] for name in names]).in_(wanted)


class Found(msgspec.Struct, frozen=True):
    """A statement that finds rows: the first of their values is the number of the given row that led to each."""

    statement: Statement
    flags: tuple[tuple[str, int], ...]
    columns: Values
    again: bool = False
    """Whether it runs twice: what waited for a lock was judged by other rows as they were before."""


def scope_of(schema: Schema, binds: Binds, *tables: str) -> Scope:
    """The scope of a policy over one or two tables."""
    sources: dict[str, sa.FromClause] = {name: schema.storage.tables[name] for name in tables}
    return Scope(schema.storage, schema.dialect, binds, sources, {name: name for name in tables})


def get_several(schema: Schema, plan: GetPlan) -> Reading:
    """The rows with given keys that the caller may read, in the order of the keys."""
    resource = schema.application.resource(plan.selection.resource)
    table = schema.storage.tables[resource.table]
    binds = Binds()
    given = Given(typed(table, plan.key), binds, schema.dialect)
    scope = schema.scope(resource, binds)
    answered = Answered(schema, plan.guards)
    layout = answered.layout(plan.selection, scope, resource.table)
    joined = given.clause.join(table, same(given, table, [(name, name) for name in plan.key]))
    select = answered.select(joined).where(condition(plan.guards.of(resource.name), scope)).order_by(given.number)
    return Reading(
        compiled(select, binds, schema.dialect), maker(layout, len(answered.levels)), levels=tuple(answered.levels)
    )


def find_several(
    schema: Schema,
    resource: str,
    pairs: Sequence[tuple[str, str]],
    columns: Sequence[str],
    guards: Guards,
    flags: Sequence[str],
    *,
    lock: bool,
) -> Found:
    """The rows of a resource of which columns are equal to given ones, with what their policies say of them."""
    name = schema.application.resource(resource).table
    table = schema.storage.tables[name]
    binds, places = Binds(), Places()
    given = Given([(own, table.c[other].type) for own, other in pairs], binds, schema.dialect)
    places.add(given.number)
    values = values_of(schema, name, columns, places, table)
    scope = scope_of(schema, binds, name)
    truths = tuple(flag(places, guards, wanted, scope) for wanted in flags)
    joined = given.clause.join(table, same(given, table, pairs))
    select = sa.select(*places.columns).select_from(joined)
    if lock:
        select = select.with_for_update(of=table)
    again = lock and schema.dialect.name == "postgresql" and looks_elsewhere(guards, flags)
    return Found(compiled(select, binds, schema.dialect), truths, values, again)


def find_links(
    schema: Schema,
    near: Sequence[tuple[str, str]],
    link: str,
    onward: Sequence[tuple[str, str]],
    target: str,
    guards: Guards,
    flags: Sequence[str],
) -> Found:
    """The links of given rows, by the key at their other end; a flag is of the link or of the row at that end."""
    table, far = schema.storage.tables[link], schema.storage.tables[target].alias()
    binds, places = Binds(), Places()
    given = Given([(own, table.c[own].type) for _, own in near], binds, schema.dialect)
    places.add(given.number)
    values = values_of(schema, link, [own for own, _ in onward], places, table)
    of_link = scope_of(schema, binds, link)
    of_target = Scope(schema.storage, schema.dialect, binds, {target: far}, {target: target})
    resources = {resource.name: resource.table for resource in schema.application.resources}
    truths = tuple(
        flag(places, guards, name, of_target if resources.get(name) == target else of_link) for name in flags
    )
    joined = given.clause.join(table, same(given, table, [(own, own) for _, own in near]))
    joined = joined.join(far, sa.and_(*[table.c[own] == far.c[other] for own, other in onward]))
    return Found(compiled(sa.select(*places.columns).select_from(joined), binds, schema.dialect), truths, values)


def judge_links(schema: Schema, link: str, ends: Sequence[str], guards: Guards, flags: Sequence[str]) -> Found:
    """What policies say of the links that have the given ends."""
    table = schema.storage.tables[link]
    binds, places = Binds(), Places()
    given = Given([(own, table.c[own].type) for own in ends], binds, schema.dialect)
    places.add(given.number)
    scope = scope_of(schema, binds, link)
    truths = tuple(flag(places, guards, name, scope) for name in flags)
    select = sa.select(*places.columns).select_from(
        given.clause.join(table, same(given, table, [(e, e) for e in ends]))
    )
    return Found(compiled(select, binds, schema.dialect), truths, lambda row: [])


def check_several(
    schema: Schema,
    owner: str,
    columns: Sequence[str],
    table: str,
    target: Sequence[str],
    guards: Guards,
    resources: Sequence[str],
) -> Statement:
    """The numbers of the given rows that refer to a row that is there, and that some resource lets the caller read."""
    there = schema.storage.tables[table].alias()
    binds = Binds()
    given = Given(typed(schema.storage.tables[owner], columns), binds, schema.dialect)
    scope = Scope(schema.storage, schema.dialect, binds, {table: there}, {table: table})
    readable = [condition(guards.of(name), scope) for name in resources]
    joined = given.clause.join(there, same(given, there, list(zip(columns, target, strict=True))))
    select = sa.select(given.number).select_from(joined).where(*([sa.or_(*readable)] if readable else []))
    return compiled(select, binds, schema.dialect)


def insert_several(
    schema: Schema, table_name: str, columns: Sequence[str], returned: Sequence[str], *, unless: Sequence[str] = ()
) -> tuple[Statement, Values]:
    """Given rows made, in their order, and the columns that are given back of each.

    A row whose columns `unless` are taken is not made, and nothing is said.  Each given row ends with a mask: a
    character for each column.
    """
    table = schema.storage.tables[table_name]
    binds = Binds()
    given = Given([*typed(table, columns), ("mask", sa.Text())], binds, schema.dialect)
    values = [
        sa.case((marked(given, place, DEFAULT), default_of(table.c[name], schema.dialect)), else_=given[name])
        if has_default(table.c[name])
        else given[name]
        for place, name in enumerate(columns)
    ]
    rows = sa.select(*values).where(sa.literal_column("1") == sa.literal_column("1")).order_by(given.number)
    places = Places()
    back = values_of(schema, table_name, returned, places, table)
    insert: Any
    if unless:
        own = postgresql() if schema.dialect.name == "postgresql" else sqlite()
        insert = own.insert(table).from_select(list(columns), rows, include_defaults=False)
        insert = insert.on_conflict_do_nothing(index_elements=list(unless))
    else:
        insert = sa.insert(table).from_select(list(columns), rows, include_defaults=False)
    if places.columns:
        insert = insert.returning(*places.columns)
    return compiled(insert, binds, schema.dialect), back


def update_several(
    schema: Schema, table_name: str, key: Sequence[str], columns: Sequence[str], version: str | None
) -> Statement:
    """Given rows changed: each has the key, the columns, and a mask that says which of them it changes."""
    table = schema.storage.tables[table_name]
    binds = Binds()
    keyed = typed(table, key, "key ")
    given = Given([*keyed, *typed(table, columns), ("mask", sa.Text())], binds, schema.dialect)
    values: dict[str, Any] = {}
    for place, name in enumerate(columns):
        cases: list[Any] = [(marked(given, place, GIVEN), given[name])]
        if has_default(table.c[name]):
            cases.append((marked(given, place, DEFAULT), default_of(table.c[name], schema.dialect)))
        values[name] = sa.case(*cases, else_=table.c[name])
    if version is not None:
        values[version] = sa.func.coalesce(table.c[version], sa.literal_column("0")) + sa.literal_column("1")
    update = sa.update(table).where(same(given, table, [(f"key {name}", name) for name in key]))
    return compiled(update.values(values), binds, schema.dialect)


def delete_several(schema: Schema, table_name: str, columns: Sequence[str]) -> Statement:
    """Rows gone that have the given values in these columns."""
    table = schema.storage.tables[table_name]
    binds = Binds()
    given = Given(typed(table, columns), binds, schema.dialect)
    return compiled(sa.delete(table).where(among(table, columns, given)), binds, schema.dialect)


def marked(given: Given, place: int, mark: str) -> Truth:
    """What the mask of a row says of a column."""
    truth: Truth = sa.func.substr(
        given["mask"], sa.literal_column(str(place + 1)), sa.literal_column("1")
    ) == sa.literal_column(f"'{mark}'")
    return truth


def has_default(column: sa.Column[Any]) -> bool:
    """Whether the database has a value for the column where a row gives none."""
    return isinstance(column.server_default, sa.DefaultClause)


def default_of(column: sa.Column[Any], dialect: sa.Dialect) -> Any:
    """That value as an expression."""
    default = column.server_default
    assert isinstance(default, sa.DefaultClause)
    if not isinstance(default.arg, str):
        return default.arg
    text = sa.literal(default.arg, sa.Text())
    return text if dialect.name == "sqlite" else sa.cast(text, column.type)


def numbered(rows: Sequence[Sequence[Any]], found: Found) -> Iterator[tuple[int, list[Any], set[str]]]:
    """Of each row that was found: the number of the given one, its columns, the policies that are not true of it."""
    for row in rows:
        yield row[0], found.columns(row), {name for name, place in found.flags if not row[place]}
