"""Rows made, changed and deleted, each in one transaction under the policies of the old row and the new.

Everything that can be known before the transaction is: which statements run, what they set.  The script
runs in the database's thread, perhaps again from its beginning, and does nothing but run them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mainstay.actor import Actor
from mainstay.backing.databases.database import Command, Database, ForeignKeyViolation, IntegrityFailure, Script
from mainstay.engine.asked import Keys
from mainstay.engine.bodies import Bodies
from mainstay.engine.call import Answer, Call
from mainstay.engine.choosing import whole
from mainstay.engine.filling import Filling
from mainstay.engine.guards import Deciders
from mainstay.engine.mistakes import Mistakes
from mainstay.engine.plan import CheckPlan, FindPlan, WritePlan
from mainstay.engine.preconditions import check_version
from mainstay.engine.refusals import Refusals
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.read import Schema
from mainstay.engine.sql.statement import Inputs, Statement
from mainstay.engine.sql.write import (
    Finding,
    Writing,
    check_statement,
    delete_statement,
    find_statement,
    write_statement,
)
from mainstay.errors import (
    Detail,
    Forbidden,
    MainstayError,
    NotFound,
    PreconditionRequired,
    StillReferenced,
    Unauthenticated,
)
from mainstay.operation import Operation, Reference, Resource
from mainstay.policy.tree import ANYONE


@dataclass(frozen=True, slots=True)
class Draft:
    """What a write call asks for: the row's key, and values by column."""

    key: list[Any]
    given: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """A write call with its statements and their inputs, ready for the transaction."""

    inputs: Inputs
    row: dict[str, Any]
    """What is set, but for the version."""
    finding: Finding | None
    columns: tuple[str, ...]
    """What of the row as it is the references need."""
    checks: tuple[tuple[Reference, Statement], ...]
    writing: Writing | Statement
    """A plain statement where the row goes."""


class Writer:
    """One write operation: its shapes and how they are run."""

    def __init__(self, schema: Schema, operation: Operation, deciders: Deciders, shapes: Shapes) -> None:
        application, storage = schema.application, schema.storage
        self.schema = schema
        self.operation = operation
        self.deciders = deciders
        self.shapes = shapes
        self.resource: Resource = application.resource(operation.resource or "")
        self.table = application.table(self.resource.table)
        self.policy = f":{operation.name}"
        self.keys = Keys(storage, self.resource)
        self.bodies = Bodies(application, storage, operation) if operation.body is not None else None
        self.filling = Filling(storage, self.table, self.resource.version)
        self.refusals = Refusals(self.table, self.resource)
        self.selection = whole(application, self.resource.name)
        self.guarded = {
            field.column: f"{self.resource.name}.{field.name}="
            for field in self.resource.fields
            if field.write != ANYONE
        }
        self.targets = {
            reference: tuple(resource.name for resource in application.resources_of(reference.table))
            for reference in self.table.references
        }

    # Validate

    def read(self, call: Call) -> Draft:
        """What the call asks for; ValidationError where it is not right."""
        mistakes = Mistakes()
        for name, _ in call.parameters:
            mistakes.add(name, "unknown_parameter", "is not a parameter here; there is none")
        key = [] if self.operation.action == "create" else self.keys.read(call, mistakes)
        given = {} if self.bodies is None else self.bodies.read(call.body, mistakes)
        mistakes.check()
        return Draft(key, given)

    # Authorize

    def authorize(self, call: Call, draft: Draft) -> None:
        """Refuses what is refused whatever the row: a field never to be set, a write that says no version."""
        denied = [name for name in self.guards_of(draft.given) if self.deciders.decide(name, call.actor).is_no]
        if denied:
            raise self.refused(call.actor, denied)
        if self.resource.must_match and self.operation.action != "create" and call.if_match is None:
            raise PreconditionRequired

    def guards_of(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The policies of the fields that are set."""
        return tuple(self.guarded[column] for column in columns if column in self.guarded)

    def refused(self, actor: Actor, names: Sequence[str]) -> MainstayError:
        """What the caller is told where these policies are not true of a row that it may read."""
        if not actor.is_known and any(self.deciders.by_name[name].needs_actor for name in names):
            return Unauthenticated()
        fields = [name.removesuffix("=").partition(".")[2] for name in names if name.endswith("=")]
        return Forbidden(details=tuple(Detail(name, "forbidden", "you may not write this") for name in fields))

    # Prepare

    def prepared(self, call: Call, draft: Draft, now: dt.datetime) -> Work:
        """The statements of the call and what fills them."""
        action = self.operation.action
        row, resets = self.row(call.actor, draft, now)
        fields = self.guards_of(draft.given)
        changed = [reference for reference in self.targets if any(name in draft.given for name in reference.columns)]
        columns = tuple(
            dict.fromkeys(name for reference in changed for name in reference.columns if name not in draft.given)
        )
        finding = None if action == "create" else self.find_shape(call.actor, fields, columns)
        checks = tuple((reference, self.check_shape(call.actor, reference)) for reference in changed)
        writing: Writing | Statement
        if action == "delete" and self.resource.deleted is None:
            writing = self.shapes.get((self.policy,), lambda: delete_statement(self.schema, self.resource.name))
        else:
            writing = self.write_shape(call.actor, tuple(sorted(row)), resets, fields)
        return Work(Inputs(call.actor, now, key=draft.key), row, finding, columns, checks, writing)

    def row(self, actor: Actor, draft: Draft, now: dt.datetime) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What is set, and what is set to what the database has for it.

        A field that the caller may not write is not replaced by leaving it out.  A change of nothing
        touches nothing.
        """
        given = draft.given
        match self.operation.action:
            case "create":
                return {**self.filling.defaults(actor), **given}, ()
            case "delete":
                row = {} if self.resource.deleted is None else {self.resource.deleted: now}
                return {**row, **self.filling.touched(row)} if row else row, ()
            case "replace" if self.bodies is not None:
                left_out = [
                    name for name in self.bodies.columns.values() if name not in given and self.sets(actor, name)
                ]
                blank, resets = self.filling.blank(actor, left_out)
                return {**blank, **given, **self.filling.touched({**blank, **given})}, resets
            case _:
                return {**given, **self.filling.touched(given)} if given else {}, ()

    def sets(self, actor: Actor, column: str) -> bool:
        """Whether the actor may set a column whatever the row."""
        return all(self.deciders.decide(name, actor).is_yes for name in self.guards_of((column,)))

    def find_shape(self, actor: Actor, fields: tuple[str, ...], columns: tuple[str, ...]) -> Finding:
        """The statement that finds and locks the row."""
        names = (self.resource.name, self.policy, *fields)
        deleting = self.operation.action == "delete"

        def make() -> Finding:
            guards, flags = self.deciders.guards(names, actor), self.undecided(actor, names)
            return find_statement(
                self.schema, FindPlan(self.resource.name, self.keys.columns, guards, flags, columns, deleting)
            )

        finding: Finding = self.shapes.get(
            (self.policy, "find", names, columns, self.deciders.numbers(names, actor)), make
        )
        return finding

    def check_shape(self, actor: Actor, reference: Reference) -> Statement:
        """The statement that looks for what a reference means, and whether some resource lets the actor read it."""
        resources = self.targets[reference]
        if any(self.deciders.decide(name, actor).is_yes for name in resources):
            resources = ()
        plan = CheckPlan(reference.table, reference.target, resources, self.deciders.guards(resources, actor))
        statement: Statement = self.shapes.get(
            ("check", reference, resources, self.deciders.numbers(resources, actor)),
            lambda: check_statement(self.schema, plan),
        )
        return statement

    def write_shape(
        self, actor: Actor, columns: tuple[str, ...], resets: tuple[str, ...], fields: tuple[str, ...]
    ) -> Writing:
        """The statement that writes the row."""
        reading = self.deciders.reading(self.resource.name)
        kept = () if self.operation.action == "delete" else (self.resource.name, self.policy, *fields)
        names = tuple(dict.fromkeys((*kept, *reading)))

        def make() -> Writing:
            new = self.operation.action == "create"
            plan = WritePlan(
                selection=replace(self.selection, fields=()) if not kept else self.selection,
                guards=self.deciders.guards(names, actor),
                action="insert" if new else "update",
                columns=columns,
                flags=self.undecided(actor, kept),
                resets=resets,
                lookup=self.keys.columns if new else (),
            )
            return write_statement(self.schema, plan)

        writing: Writing = self.shapes.get(
            (self.policy, columns, resets, names, self.deciders.numbers(names, actor)), make
        )
        return writing

    def undecided(self, actor: Actor, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the policies that the row has a say in."""
        return tuple(name for name in names if not self.deciders.decide(name, actor).is_yes)

    # Transact

    async def write(self, call: Call, draft: Draft, database: Database, now: dt.datetime) -> Answer:
        """Runs the operation's script in one transaction."""
        work = self.prepared(call, draft, now)
        try:
            return await database.write(lambda: self.script(call, work))
        except IntegrityFailure as failure:
            if self.operation.action == "delete":
                raise StillReferenced from failure
            missing = None
            if isinstance(failure, ForeignKeyViolation) and failure.table in (None, self.table.name):
                missing = await self.missing(call, work, database)
            raise self.refusals.explained(failure, missing) from failure

    async def missing(self, call: Call, work: Work, database: Database) -> Reference | None:
        """The reference that means nothing, where that is what the database refused."""
        for reference in self.targets:
            values = [work.row.get(column) for column in reference.columns]
            if None not in values:
                statement = self.existence_shape(reference)
                call.statements += 1
                if not await database.read(statement.text, statement.values(replace(work.inputs, key=values))):
                    return reference
        return None

    def existence_shape(self, reference: Reference) -> Statement:
        """The statement that looks for what a reference means, whoever asks."""
        plan = CheckPlan(reference.table, reference.target, (), self.deciders.guards((), Actor()))
        statement: Statement = self.shapes.get(("check", reference, (), ()), lambda: check_statement(self.schema, plan))
        return statement

    def script(self, call: Call, work: Work) -> Script[Answer]:
        """What the transaction does."""
        call.statements = 0
        row, key = dict(work.row), work.inputs.key
        known: dict[str, Any] = {}
        if work.finding is not None:
            found = yield from self.found(call, work, work.finding)
            key = work.finding.key(found)
            known = dict(zip(work.columns, work.finding.columns(found), strict=True))
            if self.resource.version in row and work.finding.version is not None:
                row[self.resource.version] = (found[work.finding.version] or 0) + 1
        for reference, statement in work.checks:
            values = [row.get(column, known.get(column)) for column in reference.columns]
            if None not in values and not (yield from run(call, statement, replace(work.inputs, key=values))):
                raise self.refusals.not_found(reference)
        inputs = replace(work.inputs, key=key, row=row)
        if isinstance(work.writing, Statement):
            yield from run(call, work.writing, inputs)
            return Answer(204)
        return (yield from self.store(call, work.writing, inputs))

    def found(self, call: Call, work: Work, finding: Finding) -> Script[Sequence[Any]]:
        """The row that is to be changed; raises what the caller is told where it may not."""
        rows = yield from run(call, finding.statement, work.inputs)
        false = [name for name, place in finding.flags if not rows[0][place]] if rows else []
        if not rows or self.resource.name in false:
            raise NotFound
        if false:
            raise self.refused(call.actor, false)
        row: Sequence[Any] = rows[0]
        check_version(call, None if finding.version is None else row[finding.version])
        return row

    def store(self, call: Call, writing: Writing, inputs: Inputs) -> Script[Answer]:
        """The row written, if its policies are true of what it has become; no body where the caller may not read it."""
        rows = yield from run(call, writing.statement, inputs)
        if writing.again is not None and rows:
            rows = yield from run(call, writing.again, replace(inputs, key=writing.key(rows[0])))
        if not rows:
            raise NotFound
        written = rows[0]
        false = [name for name, place in writing.flags if not written[place]]
        denied = [name for name in false if name != self.resource.name]
        if denied:
            raise self.refused(call.actor, denied)
        if false or self.operation.status == 204:
            return Answer(204)
        version = None if writing.version is None else str(written[writing.version])
        new = self.operation.action == "create"
        key = tuple(as_text(value) for value in writing.lookup(written)) if new else None
        return Answer(self.operation.status, writing.make(written), version=version, key=key)


def as_text(value: Any) -> str:
    """A value as it stands in a path."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def run(call: Call, statement: Statement, inputs: Inputs) -> Script[Sequence[Any]]:
    """One statement of a script."""
    call.statements += 1
    return (yield Command(statement.text, statement.values(inputs)))
