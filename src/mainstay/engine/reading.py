"""Lists and single rows, read."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec

from mainstay.actor import Actor
from mainstay.backing.databases.database import Reads
from mainstay.engine.asked import Asked, Questions
from mainstay.engine.call import Answer, Call, Meta
from mainstay.engine.cursor import Cursors, Position
from mainstay.engine.fetching import fetched
from mainstay.engine.guards import Deciders
from mainstay.engine.plan import RANKED, CountPlan, GetPlan, ListPlan, Seek
from mainstay.engine.searching import FARTHEST_RANKED
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.read import Reading, count_statement, get_statement, list_statement
from mainstay.engine.sql.several import get_several
from mainstay.engine.sql.statement import Clock, Inputs, Statement
from mainstay.engine.under import parent_of
from mainstay.errors import Forbidden, NotFound, Unauthenticated
from mainstay.operation import Operation, Resource
from mainstay.policy.tree import ANYONE

CAP = 1001
"""Where a capped count stops."""


class Reader:
    """One read operation: its shapes and how they are run."""

    def __init__(self, schema: Schema, questions: Questions, deciders: Deciders, shapes: Shapes, key: bytes) -> None:
        self.schema = schema
        self.questions = questions
        self.deciders = deciders
        self.shapes = shapes
        self.parent = parent_of(schema, questions.operation, deciders, shapes)
        self.under = () if self.parent is None else self.parent.columns
        self.resource = questions.resource
        self.name = questions.operation.name
        self.run = self.page if questions.operation.action == "list" else self.one
        """Answers a call."""
        embedded = questions.choices.resources(questions.plain)
        self.condition = conditions_of(questions.operation, self.resource)
        self.own = (*deciders.reading(self.resource.name, *embedded), *self.condition)
        self.looking_at = {item.condition: item.resources for item in questions.filters.values() if item.resources}
        """The resources whose rows a condition looks at, besides the list's own."""
        table = self.resource.table
        kinds = {column: kind for (owner, column), kind in schema.storage.kinds.items() if owner == table}
        kinds |= {name: kind for (owner, name), kind in schema.storage.computed.items() if owner == self.resource.name}
        self.cursors = Cursors(key, self.name, kinds)
        computes = any(field.computed is not None for field in self.resource.fields)
        self.settled = deciders.settled(self.own)
        """The numbers of those policies where they are the same for everybody."""
        self.body_decides = computes or any(name != self.resource.name for name in self.own)
        """Whether what a row shows depends on more than its version."""

    def involved(self, asked: Asked) -> tuple[str, ...]:
        """The names of the policies that the call reads under."""
        looking_at = self.looking_at
        looked_at = [name for wanted in asked.conditions for name in looking_at.get(wanted, ())] if looking_at else ()
        if asked.selection is self.questions.plain and not looked_at:
            return self.own
        included = self.questions.choices.resources(asked.selection)
        return (*self.deciders.reading(self.resource.name, *included, *looked_at), *self.condition)

    def prepare(self, actor: Actor) -> None:
        """Compiles what a call of this actor without parameters runs, so that the first one does not wait for it."""
        asked = self.questions.usual()
        names = self.involved(asked)
        if any(self.deciders.decide(name, actor).is_no for name in (self.resource.name, f":{self.name}")):
            return
        if self.parent is not None:
            self.parent.shape(actor)
        if self.questions.operation.action == "list":
            self.page_shape(actor, asked, None, names)
            if asked.count is not None:
                self.count_shape(actor, asked, names)
        else:
            self.row_shape(actor, asked, names)

    # One row

    async def one(self, call: Call, asked: Asked, database: Reads, clock: Clock) -> Answer:
        """One row; NotFound where there is none that the caller may read."""
        reading = self.row_shape(call.actor, asked, self.involved(asked))
        inputs = Inputs(call.actor, clock, key=asked.key)
        if self.parent is not None:
            inputs.under = await self.parent.find(call, asked.above, database, clock)
        call.statements += 1
        rows = await database.read(reading.statement.text, reading.statement.values(inputs))
        if not rows:
            raise NotFound
        row = rows[0]
        (data,) = await fetched(call, reading, rows, inputs, database) if reading.levels else reading.make(rows)
        version = None
        if reading.version is not None:
            version = str(row[reading.version])
            if asked.selection.includes or self.body_decides:
                version = f"{version}.{zlib.crc32(msgspec.json.encode(data)):08x}"
        return Answer(200, data, version=version)

    def row_shape(self, actor: Actor, asked: Asked, names: tuple[str, ...]) -> Reading:
        """The statement for one row."""
        shape = (self.name, asked.selection, self.numbers(names, actor))
        reading: Reading | None = self.shapes.find(shape)
        if reading is not None:
            return reading
        guards = self.deciders.guards(names, actor)
        plan = GetPlan(asked.selection, guards, self.questions.keys.columns, self.under)
        return self.shapes.keep(shape, get_statement(self.schema, plan))

    async def several(self, call: Call, keys: list[list[Any]], database: Reads, clock: Clock) -> list[Any]:
        """What is answered of the rows with these keys, in their order, without those that the caller may not read."""
        names = self.own
        reading: Reading = self.shapes.get(
            (self.name, "several", self.deciders.numbers(names, call.actor)),
            lambda: get_several(
                self.schema,
                GetPlan(self.questions.plain, self.deciders.guards(names, call.actor), self.questions.keys.columns),
            ),
        )
        inputs = Inputs(call.actor, clock, rows=keys)
        return await fetched(call, reading, await read(call, reading.statement, inputs, database), inputs, database)

    # A page of rows

    async def page(self, call: Call, asked: Asked, database: Reads, clock: Clock) -> Answer:
        """A page of rows, with a cursor to either side and, where it is asked for, how many there are."""
        if self.condition and self.deciders.decide(self.resource.name, call.actor).is_no:
            needs_actor = self.deciders.by_name[self.resource.name].needs_actor
            raise Unauthenticated if needs_actor and not call.actor.is_known else Forbidden
        names = self.involved(asked)
        position = None if asked.cursor is None else self.cursors.read(asked.order, asked.cursor, asked.search)
        inputs = Inputs(call.actor, clock, asked.filters, limit=asked.limit + 1)
        if self.parent is not None:
            inputs.under = await self.parent.find(call, asked.above, database, clock)
        seek = None
        if asked.order[0] == RANKED:
            inputs.offset = 0 if position is None else position.values[0]
        elif position is not None:
            inputs.position = position.values
            seek = Seek(tuple([value is None for value in position.values]), position.backward)
        if asked.offset is not None:
            inputs.offset = asked.offset
        reading = self.page_shape(call.actor, asked, seek, names)
        call.statements += 1
        rows = list(await database.read(reading.statement.text, reading.statement.values(inputs)))
        total = None
        if asked.count is not None:
            ((total,),) = await read(call, self.count_shape(call.actor, asked, names), inputs, database)
        meta = self.turned(asked, reading, rows, position, total, inputs.offset)
        data = await fetched(call, reading, rows, inputs, database) if reading.levels else reading.make(rows)
        return Answer(200, data, meta)

    def numbers(self, names: tuple[str, ...], actor: Actor) -> tuple[int, ...]:
        """Numbers that are equal for actors whom these policies leave the same conditions."""
        if names is self.own and self.settled is not None:
            return self.settled
        return self.deciders.numbers(names, actor)

    def page_shape(self, actor: Actor, asked: Asked, seek: Seek | None, names: tuple[str, ...]) -> Reading:
        """The statement for a page."""
        offset = asked.offset is not None or asked.order[0] == RANKED
        numbers = self.numbers(names, actor)
        shape = (self.name, asked.conditions, asked.order, asked.selection, seek, offset, numbers)
        reading: Reading | None = self.shapes.find(shape)
        if reading is not None:
            return reading
        plan = ListPlan(
            selection=asked.selection,
            guards=self.deciders.guards(names, actor),
            conditions=asked.conditions,
            order=asked.order,
            sorted_by=asked.sorted_by,
            seek=seek,
            offset=offset,
            under=self.under,
        )
        return self.shapes.keep(shape, list_statement(self.schema, plan))

    def count_shape(self, actor: Actor, asked: Asked, names: tuple[str, ...]) -> Statement:
        """How many rows there are; where a page is asked for by its number alone, counted as far as `CAP`."""
        at_most = None if asked.count == "exact" else CAP
        numbers = self.deciders.numbers(names, actor)
        statement: Statement = self.shapes.get(
            (self.name, "count", at_most, asked.conditions, asked.sorted_by, numbers),
            lambda: count_statement(
                self.schema,
                CountPlan(
                    resource=self.resource.name,
                    guards=self.deciders.guards(names, actor),
                    conditions=asked.conditions,
                    sorted_by=asked.sorted_by,
                    at_most=at_most,
                    under=self.under,
                ),
            ),
        )
        return statement

    def turned(
        self, asked: Asked, reading: Reading, rows: list[Any], position: Position | None, total: int | None, offset: int
    ) -> Meta:
        """What is beside the page; `rows` become those of the page, in its order."""
        more = len(rows) > asked.limit
        if more:
            rows.pop()
        if asked.order[0] == RANKED:
            return self.turned_ranked(asked, more, offset, total)
        backward = position is not None and position.backward
        if backward:
            rows.reverse()
        after = before = None
        if asked.offset is None and rows:
            if more or backward:
                at = self.place(reading, rows[-1])
                after = self.cursors.write(asked.order, at, backward=False, about=asked.search)
            if more if backward else position is not None:
                at = self.place(reading, rows[0])
                before = self.cursors.write(asked.order, at, backward=True, about=asked.search)
        return meta(asked, after, before, total)

    def turned_ranked(self, asked: Asked, more: bool, offset: int, total: int | None) -> Meta:
        """What is beside a page by relevance, whose cursors say how many rows are before."""
        after = before = None
        if asked.offset is None:
            if more and offset + asked.limit < FARTHEST_RANKED:
                after = self.cursors.write(asked.order, [offset + asked.limit], backward=False, about=asked.search)
            if offset:
                start = max(0, offset - asked.limit)
                before = self.cursors.write(asked.order, [start], backward=True, about=asked.search)
        return meta(asked, after, before, total)

    def place(self, reading: Reading, row: Any) -> Sequence[Any]:
        """Where a row stands in the order."""
        assert reading.position is not None
        return reading.position(row)


def conditions_of(operation: Operation, resource: Resource) -> tuple[str, ...]:
    """The name of the policy that the rows of a list are under besides their resource's, where there is one."""
    more = operation.action == "list" and operation.policy not in (resource.read, ANYONE)
    return (f":{operation.name}",) if more else ()


def meta(asked: Asked, after: str | None, before: str | None, total: int | None) -> Meta:
    """What is beside a page, with what was asked."""
    return Meta(asked.limit, after, before, total, asked.page, asked.offset if asked.page is None else None)


async def read(call: Call, statement: Statement, inputs: Inputs, database: Reads) -> Sequence[Any]:
    """The rows of one statement."""
    call.statements += 1
    return await database.read(statement.text, statement.values(inputs))
