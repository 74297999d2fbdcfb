"""The rows that a policy looks at, fetched from the database as far as it needs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mainstay.actor import Actor
from mainstay.backing.databases.database import Database
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.policy import condition
from mainstay.engine.sql.statement import Binds, Inputs, Part, compiled
from mainstay.operation import Application
from mainstay.policy.decide import NULL, simplify
from mainstay.policy.rows import Row, Truth, World, value_of
from mainstay.policy.tree import (
    ANYONE,
    NOBODY,
    All,
    Any_,
    Column,
    Compare,
    Exists,
    Given,
    Node,
    Not,
    Opaque,
    tables_in,
)
from mainstay.proofs.access.easing import eased
from mainstay.proofs.access.foresight import EVERY, Truths
from mainstay.proofs.access.store import Texts
from mainstay.proofs.access.values import Values, constant
from mainstay.storage import Storage

MOST = 2_000
"""Rows of one table that are fetched for one clause; the database is asked for the truth of one that needs more."""
STATEMENTS = 300
"""Statements that are run for one policy; after that likewise."""


class TooMany(Exception):
    """A clause looks at more rows than are fetched."""


class Gathering:
    """Rows by table, as they were found so far, for one caller at one moment."""

    def __init__(
        self, application: Application, storage: Storage, database: Database, actor: Actor, now: dt.datetime
    ) -> None:
        self.application = application
        self.storage = storage
        self.database = database
        self.actor = actor
        self.now = now
        self.schema = Schema(application, storage, database.dialect)
        self.texts: dict[str, Texts] = {}
        self.rows: dict[str, dict[Any, Row]] = {name: {} for name in storage.tables}
        self.answered: dict[Node, Truths] = {}
        """The truths of clauses that Python cannot evaluate, for the row that was looked at last."""
        self.statements = 0

    def world(self, changed: Mapping[str, Row] | None = None) -> World:
        """What a policy is evaluated in; `changed` are rows, by table, that are otherwise than stored."""
        tables: dict[str, Sequence[Row]] = {name: list(rows.values()) for name, rows in self.rows.items()}
        for table, row in (changed or {}).items():
            key = self.application.table(table).key
            others = [other for other in tables[table] if any(other[name] != row.get(name) for name in key)]
            tables[table] = [*others, row]
        return World(self.actor, self.now, tables, constant)

    async def find(self, table: str, values: Mapping[str, Any]) -> Row | None:
        """The row with these values; None where there is none."""
        self.statements = 0
        return next(iter(await self.select(table, values)), None)

    async def look(self, policy: Node, row: Row, table: str, *, stored: bool = True) -> None:
        """Fetches what the policy looks at for a row; asks the database what Python cannot, if it is stored."""
        self.answered = {}
        for node in leaves(policy):
            self.statements = 0
            try:
                if any(isinstance(part, Opaque) for part in node.walk()):
                    raise TooMany
                await self.gather(eased(node), {table: row})
            except TooMany:
                self.answered[node] = frozenset({await self.ask(node, row, table)}) if stored else EVERY

    async def gather(self, node: Node, sources: Mapping[str, Row]) -> None:
        """Fetches the rows that the parts of a clause look through."""
        if not isinstance(node, Exists):
            for child in node.children():
                await self.gather(child, sources)
            return
        equal = dict(self.equalities(node, sources))
        rows = [] if None in equal.values() else await self.select(node.table, equal)
        if any(isinstance(part, Exists) for part in node.where.walk()):
            for row in rows:
                await self.gather(node.where, {**sources, node.source: row})

    def equalities(self, node: Exists, sources: Mapping[str, Row]) -> Iterator[tuple[str, Any]]:
        """What the columns of the rows that are looked for must be, as far as that is known before they are found."""
        parts = node.where.parts if isinstance(node.where, All) else (node.where,)
        for part in parts:
            if not isinstance(part, Compare) or part.operator != "eq":
                continue
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(one, Column) and one.source == node.source and is_known(other, sources):
                    value = value_of(other, sources, self.world())
                    fitting = None if value is None else Values(self.storage.kind(node.table, one.name)).fit(value)
                    if value is None or fitting is not None:
                        yield one.name, fitting

    async def select(self, table: str, values: Mapping[str, Any]) -> list[Row]:
        """The rows with these values; remembers them, and raises `TooMany` where they are."""
        self.statements += 1
        if self.statements > STATEMENTS:
            raise TooMany
        binds, clause = Binds(), self.storage.tables[table]
        texts = self.texts_of(table)
        equal = equals(clause, values, binds)
        statement = compiled(sa.select(*clause.columns).where(*equal).limit(MOST + 1), binds, self.database.dialect)
        inputs = Inputs(self.actor, lambda: self.now, row=values)
        found = await self.database.read(statement.text, statement.values(inputs))
        if len(found) > MOST:
            raise TooMany
        made = [texts.python(row) for row in found]
        for key, row in made:
            self.rows[table].setdefault(key, row)
        return [self.rows[table][key] for key, _ in made]

    def texts_of(self, table: str) -> Texts:
        """The forms of a table's values."""
        if table not in self.texts:
            self.texts[table] = Texts(self.storage.tables[table], self.database)
        return self.texts[table]

    async def ask(self, node: Node, row: Row, table: str) -> Truth:
        """The truth of a clause for a row, as the database has it."""
        decided = simplify(node, self.actor)
        if decided in (ANYONE, NOBODY, NULL):
            return {ANYONE: True, NOBODY: False, NULL: None}[decided]
        binds, clause = Binds(), self.storage.tables[table]
        truth = condition(decided, self.schema.scope(next(self.application.resources_of(table)), binds))
        equal = equals(clause, self.application.table(table).key, binds)
        case = sa.case((truth, sa.literal_column("1")), (sa.not_(truth), sa.literal_column("0")))
        statement = compiled(sa.select(case).select_from(clause).where(*equal), binds, self.database.dialect)
        inputs = Inputs(self.actor, lambda: self.now, row=row)
        found = await self.database.read(statement.text, statement.values(inputs))
        return None if not found or found[0][0] is None else bool(found[0][0])


def equals(table: sa.Table, columns: Iterable[str], binds: Binds) -> list[sa.ColumnElement[bool]]:
    """The condition that columns have the values that the row of the inputs has."""
    return [table.c[name] == binds.add(Part("row", name), table.c[name].type) for name in columns]


def leaves(node: Node) -> Iterator[Node]:
    """The clauses that are no AND, OR or NOT of others."""
    if isinstance(node, All | Any_ | Not):
        for child in node.children():
            yield from leaves(child)
    else:
        yield node


def is_known(node: Node, sources: Mapping[str, Row]) -> bool:
    """Whether a value can be told before the rows are found."""
    if any(isinstance(part, Exists | Given | Opaque) for part in node.walk()) or tables_in(node):
        return False
    columns: Iterable[Column] = (part for part in node.walk() if isinstance(part, Column))
    return all(part.name in sources.get(part.source, {}) for part in columns)
