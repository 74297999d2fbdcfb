"""Lists and single rows, read."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any

import msgspec

from mainstay.engine import cursor as cursors
from mainstay.engine.asked import Asked, Mistakes, Questions
from mainstay.engine.call import Answer, Call, Meta
from mainstay.engine.cursor import Position
from mainstay.engine.guards import Deciders
from mainstay.engine.plan import CountPlan, GetPlan, ListPlan, Seek
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.read import Reading, Schema, count_statement, get_statement, list_statement
from mainstay.engine.sql.statement import Inputs, Statement
from mainstay.errors import NotFound

CAP = 1001
"""Where a capped count stops."""


class Reader:
    """One read operation: its shapes and how they are run."""

    def __init__(self, schema: Schema, questions: Questions, deciders: Deciders, shapes: Shapes, key: bytes) -> None:
        self.schema = schema
        self.questions = questions
        self.deciders = deciders
        self.shapes = shapes
        self.cursor_key = key
        self.resource = questions.resource
        self.name = questions.operation.name
        self.own = deciders.reading(self.resource.name)
        self.guarding = {parameter.condition: parameter.resource for parameter in questions.filters.values()}
        self.includes = {include.name: include.resource for include in self.resource.includes}
        table = self.resource.table
        self.kinds = {
            column: schema.storage.kind(table, column) for owner, column in schema.storage.kinds if owner == table
        }
        self.nullable = {column.name: bool(column.nullable) for column in schema.storage.tables[table].columns}
        self.key_columns = tuple(self.resource.field(name).column for name in self.resource.lookup)
        self.body_decides = bool(len(self.own) > (self.resource.name in self.own))
        """Whether what a row shows depends on more than its version."""

    def involved(self, asked: Asked) -> tuple[str, ...]:
        """The names of the policies that the call reads under."""
        if not asked.include and not any(self.guarding.get(condition) for condition in asked.conditions):
            return self.own
        others = [self.guarding.get(condition) for condition in asked.conditions]
        included = [self.includes[name] for name in asked.include.split(",")] if asked.include else []
        return self.deciders.reading(self.resource.name, *[name for name in others if name], *included)

    async def one(self, call: Call, asked: Asked, database: Any, now: dt.datetime) -> Answer:
        """One row; NotFound where there is none that the caller may read."""
        names = self.involved(asked)
        numbers = self.deciders.numbers(names, call.actor)
        reading: Reading = self.shapes.get(
            (self.name, asked.fields, asked.include, numbers), lambda: self.one_shape(call, asked, names)
        )
        statement = reading.statement
        call.statements += 1
        rows = await database.read(statement.text, statement.values(Inputs(call.actor, now, key=asked.key)))
        if not rows:
            raise NotFound
        row = rows[0]
        data = reading.make(row)
        version = None
        if reading.version is not None:
            version = str(row[reading.version])
            if asked.include or self.body_decides:
                version = f"{version}.{zlib.crc32(msgspec.json.encode(data)):08x}"
        return Answer(200, data, version=version)

    def one_shape(self, call: Call, asked: Asked, names: tuple[str, ...]) -> Reading:
        """The statement for one row."""
        guards = self.deciders.guards(names, call.actor)
        return get_statement(self.schema, GetPlan(self.questions.selection(asked), guards, self.key_columns))

    async def page(self, call: Call, asked: Asked, database: Any, now: dt.datetime) -> Answer:
        """A page of rows, with a cursor to either side and, where it is asked for, how many there are."""
        order, sorted_by = self.questions.order(asked.sort, Mistakes())
        position = self.position(asked, order)
        seek = None
        if position is not None:
            seek = Seek(tuple([value is None for value in position.values]), position.backward)
        names = self.involved(asked)
        numbers = self.deciders.numbers(names, call.actor)
        shape = (
            self.name,
            asked.conditions,
            asked.sort,
            asked.fields,
            asked.include,
            seek,
            asked.page is None,
            numbers,
        )
        reading: Reading = self.shapes.get(
            shape,
            lambda: list_statement(
                self.schema,
                ListPlan(
                    selection=self.questions.selection(asked),
                    guards=self.deciders.guards(names, call.actor),
                    conditions=asked.conditions,
                    order=order,
                    sorted_by=sorted_by,
                    seek=seek,
                    offset=asked.page is not None,
                ),
            ),
        )
        inputs = Inputs(call.actor, now, asked.filters, limit=asked.limit + 1)
        if position is not None:
            inputs.position = position.values
        if asked.page is not None:
            inputs.offset = (asked.page - 1) * asked.limit
        statement = reading.statement
        call.statements += 1
        rows = list(await database.read(statement.text, statement.values(inputs)))
        total = await self.total(call, asked, names, numbers, sorted_by, inputs, database)
        meta, rows = self.paged(asked, reading, rows, position, order, total)
        make = reading.make
        return Answer(200, [make(row) for row in rows], meta)

    def position(self, asked: Asked, order: Sequence[tuple[str, bool]]) -> Position | None:
        """Where the cursor says to go on."""
        if asked.cursor is None:
            return None
        kinds = [self.kinds[column] for column, _ in order]
        return cursors.read(self.cursor_key, f"{self.name} {asked.sort}", asked.cursor, kinds)

    async def total(
        self,
        call: Call,
        asked: Asked,
        names: tuple[str, ...],
        numbers: tuple[int, ...],
        sorted_by: tuple[str, ...],
        inputs: Inputs,
        database: Any,
    ) -> int | None:
        """How many rows there are, where that is asked for; a page by number is counted as far as `CAP`."""
        wanted = asked.count or ("capped" if asked.page is not None else None)
        if wanted is None:
            return None
        at_most = CAP if wanted == "capped" else None
        statement: Statement = self.shapes.get(
            (self.name, "count", wanted, asked.conditions, sorted_by, numbers),
            lambda: count_statement(
                self.schema,
                CountPlan(
                    self.resource.name, self.deciders.guards(names, call.actor), asked.conditions, sorted_by, at_most
                ),
            ),
        )
        call.statements += 1
        rows = await database.read(statement.text, statement.values(inputs))
        return int(rows[0][0])

    def paged(
        self,
        asked: Asked,
        reading: Reading,
        rows: list[Any],
        position: Position | None,
        order: Sequence[tuple[str, bool]],
        total: int | None,
    ) -> tuple[Meta, list[Any]]:
        """The rows of the page in order, and what is beside it."""
        more = len(rows) > asked.limit
        if more:
            rows.pop()
        backward = position is not None and position.backward
        if backward:
            rows.reverse()
        following = more if not backward else True
        preceding = more if backward else position is not None
        after = self.cursor(asked, reading, rows[-1], backward=False) if following and rows else None
        before = self.cursor(asked, reading, rows[0], backward=True) if preceding and rows else None
        if asked.page is not None:
            after = before = None
        return Meta(asked.limit, after, before, total, asked.page), rows

    def cursor(self, asked: Asked, reading: Reading, row: Any, *, backward: bool) -> str:
        """The cursor at a row."""
        assert reading.position is not None
        return cursors.write(self.cursor_key, f"{self.name} {asked.sort}", reading.position(row), backward=backward)
