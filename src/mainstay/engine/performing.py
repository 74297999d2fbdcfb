"""Actions performed: what a call gives is read, the rows are found, the user's code runs, its answer is written."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mainstay.actor import Actor
from mainstay.backing.databases.database import MEANING, Acting, ForeignKeyViolation, IntegrityFailure
from mainstay.behaviour import Call as GivenCall, Code, SyncCall as GivenSyncCall
from mainstay.engine.apart import Apart, Watch, held
from mainstay.engine.arguments import Arguments, Given
from mainstay.engine.call import Answer, Call
from mainstay.engine.guards import Deciders
from mainstay.engine.inside import Inside
from mainstay.engine.plan import FindPlan
from mainstay.engine.preconditions import check_version
from mainstay.engine.refusals import Refusals
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.write import Finding, find_statement
from mainstay.engine.turn import Means, Turn
from mainstay.errors import Conflict, Detail, Forbidden, MainstayError, NotFound, Unauthenticated, Unavailable
from mainstay.operation import Behaviour, Operation, Resource

M = TypeVar("M")

DANGLING = "Something that this refers to is not there, or something still refers to this."


class Awaited(GivenCall):
    """What an `async def` is given."""

    def __init__(self, turn: Turn, session: AsyncSession) -> None:
        self.turn = turn
        self.actor, self.now, self.request_id = turn.actor, turn.now, turn.call.request_id
        self._session: AsyncSession | None = session

    @property
    def session(self) -> AsyncSession:
        """The session of the transaction that is open."""
        if self._session is None:
            raise RuntimeError("no transaction is open: write `async with call.transaction() as session:`")
        return self._session

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Refused: the action is one transaction."""
        raise RuntimeError("the action is one transaction; with @action(transaction=False) it opens its own")

    async def lock(self, model: type[M], keys: Iterable[Any]) -> list[M]:
        """Rows by their primary keys, locked in one order."""
        return await self.session.run_sync(lambda _: self.turn.lock(model, list(keys)))

    async def operation(self, name: str, *key: Any, body: Any = None, **parameters: Any) -> Any:
        """The data that another operation answers."""
        return await self.session.run_sync(lambda _: self.turn.operation(name, key, body, parameters))

    async def save(self, row: Any) -> None:
        """Writes a row under the policies of its resource."""
        await self.session.run_sync(lambda _: self.turn.save(row))

    def keep(self, value: str, seconds: int) -> None:
        """Gives the caller a credential to keep."""
        self.turn.call.keep(value, seconds)


class Opening(Awaited):
    """What an `async def` is given that opens its own transactions."""

    def __init__(self, performer: Performer, call: Call, given: Given, now: dt.datetime) -> None:
        self.performer, self.call, self.given = performer, call, given
        self.actor, self.now, self.request_id = call.actor, now, call.request_id
        self.rows: list[Any] = []
        self._session = None

    def keep(self, value: str, seconds: int) -> None:
        """Gives the caller a credential to keep."""
        self.call.keep(value, seconds)

    @property
    def holds(self) -> bool:
        """Whether a transaction is open."""
        return self._session is not None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction, in which the action's rows are locked, asked for their policies, and read anew."""
        if self._session is not None:
            raise RuntimeError("a transaction is open already; for a part of it use session.begin_nested()")
        performer = self.performer
        async with performer.sessions.open(limit=performer.behaviour.timeout) as session:
            self.turn = Turn(performer.means, performer.resource, session.sync_session, self.call, self.now, session)
            await session.run_sync(lambda _: self.again())
            self._session = session
            try:
                with held():
                    yield session
                    await session.run_sync(lambda _: self.turn.session.flush())
            finally:
                self._session = None
                session.expunge_all()

    def again(self) -> None:
        """The rows of the action as they are now; found for the first time where they have not been yet."""
        if not self.rows:
            self.rows = self.performer.rows(self.turn, self.given)
            return
        for key, row in zip(self.given.keys, self.rows, strict=True):
            self.performer.key_of(self.turn, self.performer.find_shape(self.actor), key)
            self.turn.session.add(row)
            self.turn.session.refresh(row)


class Blocking(GivenSyncCall):
    """What a `def` is given."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.actor, self.now, self.request_id = turn.actor, turn.now, turn.call.request_id

    @property
    def session(self) -> Session:
        """The session of the action's transaction."""
        return self.turn.session

    def lock(self, model: type[M], keys: Iterable[Any]) -> list[M]:
        """Rows by their primary keys, locked in one order."""
        return self.turn.lock(model, keys)

    def operation(self, name: str, *key: Any, body: Any = None, **parameters: Any) -> Any:
        """The data that another operation answers."""
        return self.turn.operation(name, key, body, parameters)

    def save(self, row: Any) -> None:
        """Writes a row under the policies of its resource."""
        self.turn.save(row)

    def keep(self, value: str, seconds: int) -> None:
        """Gives the caller a credential to keep."""
        self.turn.call.keep(value, seconds)


class Performer:
    """One action."""

    def __init__(
        self,
        schema: Schema,
        operation: Operation,
        deciders: Deciders,
        shapes: Shapes,
        means: Means,
        sessions: Acting,
        code: Code,
    ) -> None:
        assert operation.behaviour is not None
        self.schema = schema
        self.operation = operation
        self.behaviour: Behaviour = operation.behaviour
        self.code = code
        self.deciders = deciders
        self.shapes = shapes
        self.means = means
        self.sessions = sessions
        self.arguments = Arguments(schema.application, schema.storage, operation, code)
        self.resource: Resource | None = self.arguments.resource
        self.policy = f":{operation.name}"
        self.reads = operation.method == "GET"
        given_nothing = code.call is None and self.behaviour.rows == "none" and self.behaviour.answers is None
        self.unaided = code.awaits and given_nothing
        """Whether it has nothing to do with the database, so that no session is opened for it."""
        Watch.begin()

    def read(self, call: Call) -> Given:
        """What the call gives; ValidationError where it is not right."""
        return self.arguments.read(call)

    async def perform(self, call: Call, given: Given, now: dt.datetime) -> Answer:
        """Runs the code in one transaction, and makes the answer."""
        limit = self.behaviour.timeout
        try:
            if not self.behaviour.transaction:
                return await self.opening(Opening(self, call, given, now))
            if self.unaided:
                return await self.alone(given)
            if self.code.awaits:
                transact = self.sessions.read if self.reads else self.sessions.act_async
                return await transact(partial(self.awaited, call, given, now), limit=limit)
            if self.reads:
                return await self.sessions.read(
                    lambda session: session.run_sync(partial(self.blocking, call, given, now)), limit=limit
                )
            return await self.sessions.act(partial(self.blocking, call, given, now), limit=limit)
        except IntegrityFailure as failure:
            raise self.explained(failure) from failure

    def within(self, call: Call, given: Given, inside: Inside, now: dt.datetime) -> Answer:
        """Runs the code in the transaction of another's, and undoes what it did where it fails."""
        if not self.behaviour.transaction:
            raise LookupError(
                f"{self.operation.name} opens transactions of its own, and one is open: call its function"
            )
        try:
            if self.code.awaits:
                return inside.awaited(self.operation.name, partial(self.awaited, call, given, now))
            with inside.session.begin_nested():
                return self.blocking(call, given, now, inside.session)
        except DBAPIError as error:
            failure = inside.session.info.get(MEANING, lambda same: same)(error)
            raise self.explained(failure) if isinstance(failure, IntegrityFailure) else failure from error

    async def awaited(self, call: Call, given: Given, now: dt.datetime, session: AsyncSession) -> Answer:
        """One turn of an `async def`."""
        turn = Turn(self.means, self.resource, session.sync_session, call, now, session)
        rows = await session.run_sync(lambda _: self.rows(turn, given))
        running = self.code.function(**self.filled(given, rows, Awaited(turn, session)))
        with held() if not self.reads else nullcontext():
            result = await Apart(running, lambda: not self.reads)
        return await session.run_sync(lambda _: self.answer(turn, result))

    async def alone(self, given: Given) -> Answer:
        """One turn of an `async def` that is given nothing by which it could reach a database."""
        running = self.code.function(**given.values)
        time = asyncio.timeout(self.behaviour.timeout)
        try:
            async with time:
                with held() if not self.reads else nullcontext():
                    return self.plain(await Apart(running, lambda: not self.reads))
        except TimeoutError as error:
            if self.reads or time.expired():
                raise Unavailable(retry_after=1) from error
            raise

    async def opening(self, call: Opening) -> Answer:
        """One turn of an `async def` that opens its own transactions; its rows are found, and answered, in others."""
        if self.behaviour.rows != "none":
            async with call.transaction():
                pass
        running = self.code.function(**self.filled(call.given, call.rows, call))
        result = await Apart(running, lambda: call.holds)
        if self.behaviour.answers is None:
            return self.plain(result)
        async with self.sessions.open(limit=self.behaviour.timeout) as session:
            turn = Turn(self.means, self.resource, session.sync_session, call.call, call.now)
            return await session.run_sync(lambda _: self.answer(turn, result))

    def blocking(self, call: Call, given: Given, now: dt.datetime, session: Session) -> Answer:
        """One turn of a `def`."""
        turn = Turn(self.means, self.resource, session, call, now)
        rows = self.rows(turn, given)
        with held() if not self.reads else nullcontext():
            result = self.code.function(**self.filled(given, rows, Blocking(turn)))
        return self.answer(turn, result)

    def filled(self, given: Given, rows: list[Any], call: GivenCall | GivenSyncCall) -> dict[str, Any]:
        """The arguments of the function."""
        arguments = dict(given.values)
        if self.code.call is not None:
            arguments[self.code.call] = call
        if self.code.row is not None:
            arguments[self.code.row] = rows[0] if self.behaviour.rows == "one" else rows
        return arguments

    # Its rows

    def rows(self, turn: Turn, given: Given) -> list[Any]:
        """The rows that it is about, in the order in which they were given, locked unless it only reads.

        They are locked in the order of their keys, so that two calls never wait for each other.
        """
        if self.code.model is None or not given.keys:
            return []
        finding = self.find_shape(turn.actor)
        found: dict[int, tuple[Any, ...]] = {}
        for place in sorted(range(len(given.keys)), key=lambda place: [str(part) for part in given.keys[place]]):
            found[place] = tuple(self.key_of(turn, finding, given.keys[place]))
        return turn.several(self.code.model, [found[place] for place in range(len(given.keys))])

    def key_of(self, turn: Turn, finding: Finding, key: Sequence[Any]) -> Sequence[Any]:
        """The primary key of a row that the caller may do this with; raises what it is told where it may not."""
        assert self.resource is not None
        row, false = turn.found(finding, key)
        if row is None or self.resource.name in false:
            raise NotFound
        if false:
            raise self.refused(turn.actor)
        check_version(turn.call, None if finding.version is None else row[finding.version])
        return finding.key(row)

    def refused(self, actor: Actor) -> MainstayError:
        """What the caller is told where the policy is not true of a row that it may read."""
        needs_actor = self.deciders.by_name[self.policy].needs_actor
        return Unauthenticated() if needs_actor and not actor.is_known else Forbidden()

    def find_shape(self, actor: Actor) -> Finding:
        """The statement that finds a row and asks its policies."""
        assert self.resource is not None
        names = (self.resource.name, self.policy)
        assert self.arguments.keys is not None
        lookup, resource = self.arguments.keys.columns, self.resource

        def make() -> Finding:
            flags = tuple(name for name in names if not self.deciders.decide(name, actor).is_yes)
            guards = self.deciders.guards(names, actor)
            plan = FindPlan(resource.name, lookup, guards, flags, (), deleting=True, locking=not self.reads)
            return find_statement(self.schema, plan)

        finding: Finding = self.shapes.get((self.policy, "find", self.deciders.numbers(names, actor)), make)
        return finding

    # Its answer

    def answer(self, turn: Turn, result: Any) -> Answer:
        """What the function returned, as the caller is told it; nothing of a row that the caller may not read."""
        turn.session.flush()
        status = self.operation.status
        if self.behaviour.answers is None or result is None or status == 204:
            return self.plain(result)
        if self.operation.many:
            return Answer(status, turn.listed(self.behaviour.answers, result))
        try:
            shown = turn.shown(self.behaviour.answers, result)
        except NotFound:
            return Answer(204)
        return Answer(status, shown.data, version=shown.version)

    def plain(self, result: Any) -> Answer:
        """What the function returned where that is no row."""
        status = self.operation.status
        if result is None or status == 204:
            return Answer(204)
        if self.code.answer is None:
            raise TypeError(f"{self.operation.name} says that it answers nothing, and returned {result!r:.100}")
        return Answer(status, self.code.answer.dump_python(result, mode="json", by_alias=True, warnings="error"))

    def explained(self, failure: IntegrityFailure) -> MainstayError:
        """A constraint's refusal as the caller is told it."""
        if isinstance(failure, ForeignKeyViolation):
            return Conflict(DANGLING)
        application = self.schema.application
        name = failure.table or (self.resource.table if self.resource is not None else "")
        resource = next(application.resources_of(name), None)
        if resource is None:
            return Conflict(details=tuple(Detail(column, "conflict", "is not possible") for column in failure.columns))
        refusals = Refusals(application.table(name), resource)
        refusals.field_of = self.arguments_by_column() | refusals.field_of
        return refusals.explained(failure, None)

    def arguments_by_column(self) -> dict[str, str]:
        """What the caller gives, by the columns that are called alike."""
        parts = () if self.operation.body is None else self.operation.body.parts
        return {part.name: part.name for part in parts} | {name: value.name for name, value in self.code.values.items()}
