"""The row that stands before others in a path: found first, and not there where the caller may not read it."""

from __future__ import annotations

from typing import Any

from mainstay.actor import Actor
from mainstay.backing.databases.database import Reads
from mainstay.engine.asked import Keys
from mainstay.engine.call import Call
from mainstay.engine.guards import Deciders
from mainstay.engine.plan import ParentPlan
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.statement import Clock, Inputs, Statement
from mainstay.engine.sql.write import Values, parent_statement
from mainstay.errors import NotFound
from mainstay.operation import Operation, Under


class Parent:
    """How the parent of an operation's rows is found."""

    def __init__(self, schema: Schema, operation: Operation, under: Under, deciders: Deciders, shapes: Shapes) -> None:
        application = schema.application
        self.schema = schema
        self.deciders = deciders
        self.shapes = shapes
        self.resource = application.resource(under.resource)
        self.keys = Keys(schema.storage, self.resource)
        rows = application.table(application.resource(operation.resource or "").table)
        (step,) = rows.relation(under.relation).steps
        self.columns = tuple(local for local, _ in step.pairs)
        """Of the operation's rows, what refers to the parent."""
        self.referred = tuple(remote for _, remote in step.pairs)

    def shape(self, actor: Actor) -> tuple[Statement, Values]:
        """The statement that finds it, and what of its row is asked for."""
        names = (self.resource.name,)
        found: tuple[Statement, Values] = self.shapes.get(
            ("parent", self.resource.name, self.referred, self.deciders.numbers(names, actor)),
            lambda: parent_statement(
                self.schema,
                ParentPlan(self.resource.name, self.deciders.guards(names, actor), self.keys.columns, self.referred),
            ),
        )
        return found

    async def find(self, call: Call, key: list[Any], database: Reads, clock: Clock) -> list[Any]:
        """What the operation's rows must have in `columns`; NotFound where there is no parent that may be read."""
        statement, values = self.shape(call.actor)
        call.statements += 1
        rows = await database.read(statement.text, statement.values(Inputs(call.actor, clock, key=key)))
        if not rows:
            raise NotFound
        return values(rows[0])


def parent_of(schema: Schema, operation: Operation, deciders: Deciders, shapes: Shapes) -> Parent | None:
    """How the parent of an operation's rows is found; None where its path has none."""
    return None if operation.under is None else Parent(schema, operation, operation.under, deciders, shapes)
