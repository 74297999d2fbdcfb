"""Writes with code of the user's around them: rules asked before, and operations done in a way of their own."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mainstay.backing.databases.database import Acting, IntegrityFailure, Runs
from mainstay.behaviour import Minded
from mainstay.engine.apart import Apart, Watch, held
from mainstay.engine.call import Answer, Call
from mainstay.engine.guards import Deciders
from mainstay.engine.inside import Inside, at_once
from mainstay.engine.performing import Awaited, Blocking
from mainstay.engine.preconditions import check_version
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.turn import Means, Turn, lookup_of
from mainstay.engine.work import Draft
from mainstay.engine.writing import Writer, as_text
from mainstay.errors import NotFound
from mainstay.operation import Operation

LIMIT = 5.0
"""Seconds that such a write may take before it is undone."""


class MindedWriter(Writer):
    """One write operation with rules, or one that is done in a way of its own."""

    def __init__(
        self,
        schema: Schema,
        operation: Operation,
        deciders: Deciders,
        shapes: Shapes,
        means: Means,
        sessions: Acting,
        minded: Minded,
    ) -> None:
        super().__init__(schema, operation, deciders, shapes)
        self.means = means
        self.sessions = sessions
        self.minded = minded
        self.awaits = minded.hook is not None or any(map(inspect.iscoroutinefunction, minded.rules))
        mapper: Any = sa.inspect(minded.model)
        columns = mapper.local_table.columns
        self.attributes = {column.name: mapper.get_property_by_column(column).key for column in columns}
        self.columns = {attribute: column for column, attribute in self.attributes.items()}
        Watch.begin()

    async def write(self, call: Call, draft: Draft, database: Runs, now: dt.datetime) -> Answer:
        """Asks the rules and writes, in one transaction: one of its own, or the one of the action that calls."""
        if self.works.parent is not None and draft.above:
            draft = await self.under(call, draft, self.works.parent, database, now)
        if isinstance(database, Inside):
            if self.awaits:
                return database.awaited(self.operation.name, partial(self.awaited, call, draft, now))
            return self.blocking(call, draft, now, database.session)
        try:
            if self.awaits:
                return await self.sessions.act_async(partial(self.awaited, call, draft, now), limit=LIMIT)
            return await self.sessions.act(partial(self.blocking, call, draft, now), limit=LIMIT)
        except IntegrityFailure as failure:
            raise self.refusals.explained(failure, None) from failure

    def blocking(self, call: Call, draft: Draft, now: dt.datetime, session: Session) -> Answer:
        """The write, where every rule is a `def`."""
        writing = Writing(self, call, draft, now, session)
        row = writing.found()
        with held():
            for rule in self.minded.rules:
                rule(Blocking(writing.turn), row, writing.changes)
        return writing.done(draft)

    async def awaited(self, call: Call, draft: Draft, now: dt.datetime, session: AsyncSession) -> Answer:
        """The write, where something is awaited."""
        writing = Writing(self, call, draft, now, session.sync_session, session)
        row = await session.run_sync(lambda _: writing.found())
        given = Carrying(writing, session)
        with held():
            for rule in self.minded.rules:
                if inspect.iscoroutinefunction(rule):
                    await Apart(rule(given, row, writing.changes), lambda: True)
                else:
                    await session.run_sync(
                        lambda _, rule=rule: rule(Blocking(writing.turn), row, writing.changes)  # type: ignore[misc]
                    )
            if self.minded.hook is None:
                return await session.run_sync(lambda _: writing.done(draft))
            rest = () if self.operation.action == "delete" else (dict(writing.changes),)
            arguments = rest if self.operation.action == "create" else (row, *rest)
            written = await Apart(self.minded.hook(given, *arguments), lambda: True)
        return await session.run_sync(lambda _: writing.answer(written))

    def plainly(self, call: Call, draft: Draft, inside: Inside, now: dt.datetime) -> Answer:
        """The write as it is without rules and hooks, in a transaction that is there."""
        return at_once(super().write(call, draft, inside, now))


class Writing:
    """One call of such a write, without awaiting."""

    def __init__(
        self,
        writer: MindedWriter,
        call: Call,
        draft: Draft,
        now: dt.datetime,
        session: Session,
        awaiting: AsyncSession | None = None,
    ) -> None:
        self.writer = writer
        self.call = call
        self.draft = draft
        self.turn = Turn(writer.means, writer.resource, session, call, now, awaiting)
        self.row: Any = None
        attributes = writer.attributes
        self.changes: Mapping[str, Any] = {attributes[column]: value for column, value in draft.given.items()}

    def found(self) -> Any:
        """The row as it is, locked and allowed; None where it will be new."""
        writer = self.writer
        if writer.operation.action == "create":
            return None
        finding = writer.works.find_shape(self.turn.actor, writer.works.guards_of(self.draft.given), ())
        row, false = self.turn.found(finding, self.draft.key, self.draft.under)
        if row is None or writer.resource.name in false:
            raise NotFound
        if false:
            raise writer.refused(self.turn.actor, false)
        check_version(self.call, None if finding.version is None else row[finding.version])
        self.row = self.turn.loaded(writer.minded.model, finding.key(row))
        return self.row

    def done(self, draft: Draft) -> Answer:
        """The write as it is without a hook."""
        return self.writer.plainly(self.call, draft, self.turn.inside, self.turn.now)

    def carried_out(self, values: Mapping[str, Any]) -> Any:
        """The write with these values in place of those that the call gives, and the row that it leaves.

        The policies of fields and of what is referred to are asked for what the caller gives, not for what code sets.
        """
        unknown = sorted(set(values) - set(self.writer.columns))
        if unknown:
            raise LookupError(f"{self.writer.minded.model.__name__} has no {', '.join(unknown)}")
        given = {self.writer.columns[name]: value for name, value in values.items()}
        new = self.writer.operation.action == "create"
        if new:
            made = self.writer.works.filling.makers
            given = {**{name: made[name]() for name in self.writer.table.key if name in made}, **given}
        body = structs.replace(self.draft.body, given=given)
        own = self.draft.given
        trusted = frozenset(name for name, value in given.items() if name not in own or own[name] != value)
        draft = structs.replace(self.draft, given=given, body=body, trusted=trusted)
        answer = self.done(draft)
        session = self.turn.session
        if new:
            return self.turn.loaded(self.writer.minded.model, self.key_of(given, answer))
        if self.writer.operation.action == "delete":
            session.expunge(self.row)
            return None
        session.refresh(self.row)
        return self.row

    def key_of(self, given: Mapping[str, Any], answer: Answer) -> list[Any]:
        """The primary key of a new row: what was given or made, or what the database counted and was answered."""
        key = self.writer.table.key
        if all(name in given for name in key):
            return [given[name] for name in key]
        if answer.key is None or self.writer.works.keys.columns != key:
            raise LookupError("the database made the key of the new row, and its writer may not read it")
        return [kind.parse(text) for kind, text in zip(self.writer.works.keys.kinds, answer.key, strict=True)]

    def answer(self, written: Any) -> Answer:
        """The row that a hook leaves, as the caller is told it."""
        operation, resource = self.writer.operation, self.writer.resource
        self.turn.session.flush()
        if operation.action == "delete" or operation.status == 204:
            return Answer(operation.status)
        if not isinstance(written, self.writer.minded.model):
            raise TypeError(f"what does {operation.name} returned {written!r:.100}, not the row that it wrote")
        try:
            shown = self.turn.shown(resource.name, written)
        except NotFound:
            return Answer(204)
        key = None
        if operation.action == "create":
            key = tuple(as_text(value) for value in lookup_of(written, self.writer.works.keys.columns))
        return Answer(operation.status, shown.data, version=shown.version, key=key)


class Carrying(Awaited):
    """What an overridden write is given: it can carry out the write as it would have been."""

    def __init__(self, writing: Writing, session: AsyncSession) -> None:
        super().__init__(writing.turn, session)
        self.writing = writing

    async def carry_out(self, values: Mapping[str, Any] | None = None) -> Any:
        """Writes these values, and gives the row."""
        return await self.session.run_sync(lambda _: self.writing.carried_out(values or {}))
