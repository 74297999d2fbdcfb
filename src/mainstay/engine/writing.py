"""Rows made, changed and deleted, each in one transaction under the policies of the old row and the new.

Everything that can be known before the transaction is: which statements run, what they set.  The script
runs in the database's thread, perhaps again from its beginning, and does nothing but run them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import structs
from msgspec.structs import replace

from mainstay.actor import Actor
from mainstay.backing.databases.database import (
    ForeignKeyViolation,
    IntegrityFailure,
    Runs,
    Script,
    UniqueViolation,
)
from mainstay.engine.call import Answer, Call
from mainstay.engine.fetching import answers, run
from mainstay.engine.guards import Deciders
from mainstay.engine.mistakes import Mistakes
from mainstay.engine.nested.item import Item
from mainstay.engine.nested.lists import Prepared
from mainstay.engine.nested.run import Row, Run, Several
from mainstay.engine.preconditions import check_version
from mainstay.engine.refusals import Refusals
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.statement import Inputs, Statement
from mainstay.engine.sql.write import Finding, Writing
from mainstay.engine.under import Parent
from mainstay.engine.work import Draft, Work, Works
from mainstay.errors import (
    Detail,
    Forbidden,
    MainstayError,
    NotFound,
    PreconditionRequired,
    StillReferenced,
    Unauthenticated,
)
from mainstay.operation import Operation
from mainstay.tables import Reference

ATTEMPTS = 8
"""Random ends that are tried for a slug."""


class Writer:
    """One write operation: how it is checked and how its work is done."""

    def __init__(self, schema: Schema, operation: Operation, deciders: Deciders, shapes: Shapes) -> None:
        self.operation = operation
        self.deciders = deciders
        self.works = Works(schema, operation, deciders, shapes)
        self.resource = self.works.resource
        self.table = schema.application.table(self.resource.table)
        self.refusals = Refusals(self.table, self.resource)

    # Validate

    def read(self, call: Call) -> Draft:
        """What the call asks for; ValidationError where it is not right."""
        mistakes = Mistakes()
        for name, _ in call.parameters:
            mistakes.add(name, "unknown_parameter", "is not a parameter here; there is none")
        key = [] if self.operation.action == "create" else self.works.keys.read(call, mistakes)
        body = Item("") if self.works.bodies is None else self.works.bodies.read(call.body, mistakes)
        parent = self.works.parent
        above = () if parent is None else parent.keys.values(call.key[: self.works.keys.before], mistakes)
        mistakes.check()
        return Draft(key, body.given, body, above=above)

    # Authorize

    def authorize(self, call: Call, draft: Draft) -> None:
        """Refuses what is refused whatever the row: a field never to be set, a write that says no version."""
        denied = [name for name in self.works.guards_of(draft.given) if self.deciders.decide(name, call.actor).is_no]
        if denied:
            raise self.refused(call.actor, denied)
        if self.resource.must_match and self.operation.action != "create" and call.if_match is None:
            raise PreconditionRequired

    def refused(self, actor: Actor, names: Sequence[str]) -> MainstayError:
        """What the caller is told where these policies are not true of a row that it may read."""
        if not actor.is_known and any(self.deciders.by_name[name].needs_actor for name in names):
            return Unauthenticated()
        fields = [name.removesuffix("=").partition(".")[2] for name in names if name.endswith("=")]
        return Forbidden(details=tuple(Detail(name, "forbidden", "you may not write this") for name in fields))

    # Transact

    async def write(self, call: Call, draft: Draft, database: Runs, now: dt.datetime) -> Answer:
        """Runs the operation's script in one transaction, once the parent in the path is found."""
        if self.works.parent is not None and draft.above:
            draft = await self.under(call, draft, self.works.parent, database, now)
        try:
            whole = self.works.whole(call.actor, draft, now)
            if whole is not None:
                answer = await database.write(partial(self.whole, call, *whole), whole=True)
                if answer is not None:
                    return answer
            return await self.run(call, self.works.of(call.actor, draft, now), database, tried=whole is not None)
        except IntegrityFailure as failure:
            if self.operation.action == "delete":
                raise StillReferenced from failure
            if self.takes_another_slug(failure, draft):
                return await self.write(call, replace(draft, attempt=draft.attempt + 1), database, now)
            work, missing = self.works.of(call.actor, draft, now), None
            if isinstance(failure, ForeignKeyViolation) and failure.table in (None, self.table.name):
                missing = await self.missing(call, work, database)
            denied = await self.denied(call, work, database) if isinstance(failure, UniqueViolation) else ()
            if denied:
                raise self.refused(call.actor, denied) from None
            raise self.refusals.explained(failure, missing) from failure

    async def under(self, call: Call, draft: Draft, parent: Parent, database: Runs, now: dt.datetime) -> Draft:
        """The draft with what the parent in the path has; a new row refers to it."""
        values = await parent.find(call, list(draft.above), database, lambda: now)
        said = dict(zip(parent.columns, values, strict=True)) if self.operation.action == "create" else {}
        return replace(draft, above=(), under=values, given={**draft.given, **said})

    async def run(self, call: Call, work: Work, database: Runs, *, tried: bool) -> Answer:
        """Runs the script; where the database refuses one of several rows, once more, one row after the other."""
        try:
            return await database.write(lambda: self.script(call, work, tried=tried))
        except Several:
            return await database.write(lambda: self.script(call, work, tried=tried, singly=True))

    def whole(self, call: Call, writing: Writing, inputs: Inputs) -> Script[Answer | None]:
        """All of it as one statement; None where it wrote nothing, and the script finds out why."""
        call.statements = self.before(tried=False)
        rows = yield from run(call, writing.statement, inputs)
        return (yield from self.answered(call, writing, rows, inputs)) if rows else None

    def before(self, *, tried: bool) -> int:
        """How many statements run before a script: one finds the parent in the path, one has `tried` to do it all."""
        return (self.works.parent is not None) + tried

    def takes_another_slug(self, failure: IntegrityFailure, draft: Draft) -> bool:
        """Whether all that was wrong is that a slug is taken which the caller did not choose."""
        slugs = [name for name in self.works.filling.slugs if name not in draft.given]
        if not slugs or draft.attempt == ATTEMPTS or not isinstance(failure, UniqueViolation):
            return False
        return failure.table in (None, self.table.name) and tuple(self.refusals.unique_columns(failure)) in [
            (name,) for name in slugs
        ]

    async def denied(self, call: Call, work: Work, database: Runs) -> Sequence[str]:
        """The policies that a new row would have broken, had it not collided.

        Whoever may not make it is not told that there is one.
        """
        names = [name for name, _ in work.writing.flags] if isinstance(work.writing, Writing) else []
        names = [name for name in names if name != self.resource.name]
        if self.operation.action != "create" or not names:
            return ()
        judging = self.works.judge_shape(call.actor, tuple(sorted(work.row)), tuple(names))
        call.statements += 1
        ((*row,),) = await database.read(
            judging.statement.text, judging.statement.values(structs.replace(work.inputs, row=work.row))
        )
        return [name for name, place in judging.flags if not row[place]]

    async def missing(self, call: Call, work: Work, database: Runs) -> Reference | None:
        """The reference that means nothing, where that is what the database refused."""
        for reference in self.works.references:
            values = [work.row.get(column) for column in reference.columns]
            if None not in values:
                statement = self.works.existence_shape(reference)
                call.statements += 1
                if not await database.read(statement.text, statement.values(structs.replace(work.inputs, key=values))):
                    return reference
        return None

    def script(self, call: Call, work: Work, *, tried: bool, singly: bool = False) -> Script[Answer]:
        """What the transaction does."""
        call.statements = self.before(tried=tried)
        row, key = dict(work.row), work.inputs.key
        known: dict[str, Any] = {}
        if work.finding is not None:
            found = yield from self.found(call, work, work.finding)
            key = work.finding.key(found)
            known = dict(zip(work.columns, work.finding.columns(found), strict=True))
            if self.resource.version in row and work.finding.version is not None:
                row[self.resource.version] = (found[work.finding.version] or 0) + 1
        if known:
            row |= self.works.unchanged(row, known)
        if self.resource.transitions:
            self.check_transitions(row, known)
        for reference, statement in work.checks:
            values = [row.get(column, known.get(column)) for column in reference.columns]
            if None not in values and not (yield from run(call, statement, structs.replace(work.inputs, key=values))):
                raise self.refusals.not_found(reference)
        inputs = structs.replace(work.inputs, key=key, row=row)
        if isinstance(work.writing, Statement):
            yield from run(call, work.writing, inputs)
            return Answer(self.operation.status)
        for circle in work.circles:
            if circle.lock is not None:
                yield from run(call, circle.lock, inputs)
        if work.lists is None:
            answer = yield from self.store(call, work.writing, inputs)
        else:
            answer = yield from self.store_with_lists(call, work, work.writing, inputs, work.lists, singly=singly)
        for circle in work.circles:
            if (yield from run(call, circle.find, inputs)):
                raise self.refusals.circle(circle.column)
        return answer

    def check_transitions(self, row: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """Raises `InvalidTransition` where a choice cannot follow the one that is there; null follows none."""
        for transitions in self.resource.transitions:
            after = as_choice(row.get(transitions.column))
            before = as_choice(known.get(transitions.column))
            ended = after is None and before is not None and transitions.column in row
            if ended or (after is not None and not transitions.allows(before, after)):
                raise self.refusals.cannot_follow(transitions, before, after)

    def found(self, call: Call, work: Work, finding: Finding) -> Script[Sequence[Any]]:
        """The row that is to be changed; raises what the caller is told where it may not."""
        rows = yield from run(call, finding.statement, work.inputs)
        false = broken(finding, rows)
        if finding.again and rows and not false:
            rows = yield from run(call, finding.statement, work.inputs)
            false = broken(finding, rows)
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
            rows = yield from run(call, writing.again, structs.replace(inputs, key=writing.key(rows[0])))
        return (yield from self.answered(call, writing, rows, inputs))

    def store_with_lists(
        self, call: Call, work: Work, writing: Writing, inputs: Inputs, lists: Prepared, *, singly: bool
    ) -> Script[Answer]:
        """The same of a row with rows that are written with it; their policies, too, are judged when all are there."""
        running = Run(call, inputs, singly=singly)
        row = Row(work.body, dict(zip(self.table.key, inputs.key, strict=False)), new=work.finding is None)
        yield from lists.find(running, [row])
        rows: Sequence[Any] = ()
        if writing.again is not None:
            rows = yield from run(call, writing.statement, inputs)
            if not rows:
                raise NotFound
            inputs = structs.replace(inputs, key=writing.key(rows[0]))
            row.key = dict(zip(self.table.key, inputs.key, strict=True))
        yield from lists.write(running, [row])
        rows = yield from run(call, writing.again or writing.statement, inputs)
        answer = yield from self.answered(call, writing, rows, inputs)
        yield from lists.judge(running)
        return answer

    def answered(self, call: Call, writing: Writing, rows: Sequence[Sequence[Any]], inputs: Inputs) -> Script[Answer]:
        """The answer for a row as it has become."""
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
        (data,) = yield from answers(call, writing, [written], inputs)
        return Answer(self.operation.status, data, version=version, key=key)


def broken(finding: Finding, rows: Sequence[Sequence[Any]]) -> list[str]:
    """The policies that are not true of the row that was found."""
    return [name for name, place in finding.flags if not rows[0][place]] if rows else []


def as_choice(value: Any) -> str | None:
    """A choice as it is stored, whatever stands for it in Python."""
    return None if value is None else str(getattr(value, "value", value))


def as_text(value: Any) -> str:
    """A value as it stands in a path."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
