"""The door: one function runs every call, whoever makes it and by whatever protocol."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import msgspec

from mainstay.actor import NOBODY, Actor, name_of
from mainstay.backing.databases.database import Acting, Database, Health
from mainstay.clock import now, steady
from mainstay.engine.arguments import Given
from mainstay.engine.asked import Asked, Questions
from mainstay.engine.call import Answer, Call, Gone
from mainstay.engine.guards import deciders
from mainstay.engine.inside import Inside, at_once
from mainstay.engine.limiter import Limiter, Meter
from mainstay.engine.minding import MindedWriter
from mainstay.engine.performing import Performer
from mainstay.engine.reading import Reader
from mainstay.engine.shapes import MOST, Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.statement import Moment
from mainstay.engine.turn import Means
from mainstay.engine.work import Draft
from mainstay.engine.writing import Writer
from mainstay.errors import Forbidden, InternalError, MainstayError, TooManyRequests, Unauthenticated
from mainstay.events import CallFinished, Listener
from mainstay.identity import Identity, NoIdentity
from mainstay.operation import Application, Limit, Operation
from mainstay.policy.decide import Decider
from mainstay.policy.tree import ANYONE
from mainstay.storage import Storage

UNDISTURBED = 0.1
"""Seconds after its start in which an application only answers."""
SOMEBODY = Actor("somebody")
"""A caller of whom no more is known than that it is one."""


class Course(msgspec.Struct, frozen=True):
    """What is known of an operation's calls before the first one comes."""

    policy: Decider
    of_address: tuple[Meter, ...]
    """The limits that every call from an address uses up, whoever calls."""
    of_user: tuple[Meter, ...]
    """The limits of whoever is known."""
    of_unknown: tuple[Meter, ...]
    """The limits of an address that whoever is known does not use up."""
    reader: Reader | None
    writer: Writer | None
    performer: Performer | None


class Engine:
    """An application that can be called."""

    def __init__(
        self,
        application: Application,
        storage: Storage,
        database: Database,
        *,
        identity: Identity | None = None,
        limits: tuple[Limit, ...] = (),
        cursor_key: bytes,
        sessions: Acting | None = None,
        listeners: Sequence[Listener] = (),
        clock: Callable[[], dt.datetime] = now,
    ) -> None:
        self.application = application
        self.database = database
        self.identity: Identity = identity or NoIdentity()
        self.limiter = Limiter(steady)
        self.listeners = tuple(listeners)
        self.clock = clock
        self.deciders = deciders(application)
        schema, shapes = Schema(application, storage, database.dialect, database.number), Shapes()
        self.shapes = shapes
        self.readers: dict[str, Reader] = {}
        self.writers: dict[str, Writer] = {}
        self.performers: dict[str, Performer] = {}
        every = Means(application, storage, self.writers, self.within)
        if storage.code or storage.minded:
            for resource in application.resources:
                questions = Questions(application, storage, one_row(resource.name))
                every.readers[resource.name] = Reader(schema, questions, self.deciders, shapes, cursor_key)
        for operation in application.operations:
            made = (schema, operation, self.deciders, shapes)
            name = operation.name
            if operation.action in ("list", "get"):
                questions = Questions(application, storage, operation)
                self.readers[name] = Reader(schema, questions, self.deciders, shapes, cursor_key)
            elif operation.action == "action":
                self.performers[name] = Performer(*made, every, acting(sessions), storage.code[name])
            elif name in storage.minded:
                self.writers[name] = MindedWriter(*made, every, acting(sessions), storage.minded[name])
            elif operation.action != "opaque":
                self.writers[name] = Writer(*made)
        self.courses = {operation.name: self.course(operation, limits) for operation in application.operations}

    def course(self, operation: Operation, shared: tuple[Limit, ...]) -> Course:
        """What is known of an operation's calls."""
        name = operation.name
        limits = [(self.limiter.meter(key, limit), together) for key, limit, together in metered(operation, shared)]
        return Course(
            self.deciders.by_name[f":{name}"],
            tuple(meter for meter, together in limits if meter.per == "address" and together),
            tuple(meter for meter, _ in limits if meter.per == "user"),
            tuple(meter for meter, together in limits if meter.per == "address" and not together),
            self.readers.get(name),
            self.writers.get(name),
            self.performers.get(name),
        )

    async def open(self) -> None:
        """Connects to what stands behind."""
        await self.database.open()

    @asynccontextmanager
    async def preparing(self) -> AsyncIterator[None]:
        """Prepares, as long as this lasts, what calls will need; raises at the end what went wrong with that."""
        task = asyncio.create_task(self.prepare())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def prepare(self) -> None:
        """Compiles the statements of the usual reads, for nobody and for somebody, as far as half of those kept go.

        It does so a reader at a time, between calls, and not before the first can have been answered.
        """
        await asyncio.sleep(UNDISTURBED)
        for reader in self.readers.values():
            for actor in (NOBODY, SOMEBODY):
                if len(self.shapes.kept) < MOST // 2:
                    reader.prepare(actor)
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Lets go of what stands behind, when everything that runs has ended."""
        await self.database.close()

    async def health(self) -> Mapping[str, Health]:
        """Whether each part behind answers."""
        return {"database": await self.database.health()}

    async def execute(self, call: Call) -> Answer:
        """Runs one call from credentials to answer; raises a `MainstayError` where it is refused."""
        started = time.perf_counter()
        course = self.courses[call.operation.name]
        status = InternalError.status
        code: str | None = InternalError.code
        try:
            self.limit(call, course.of_address, call.address)
            if call.credentials is not None:
                await self.authenticate(call, course)
            self.limit_caller(call, course)
            if call.read is not None:
                await call.read(call)
            wanted = self.validate(call, course)
            self.authorize(call, course, wanted)
            answer = await self.transact(call, course, wanted)
            status, code = answer.status, None
            return answer
        except MainstayError as error:
            status, code = error.status, error.code
            raise
        except Gone:
            status, code = Gone.status, None
            raise
        finally:
            if self.listeners:
                self.observe(call, status, code, time.perf_counter() - started)

    # The steps, in order

    async def authenticate(self, call: Call, course: Course) -> None:
        """Who is calling; a wrong credential uses up what an unknown caller has, as guessing must not be free."""
        assert call.credentials is not None
        try:
            call.actor = await self.identity.identify(call.credentials)
        except Unauthenticated:
            call.actor = NOBODY
            self.limit_caller(call, course)
            raise

    def limit(self, call: Call, meters: tuple[Meter, ...], caller: str) -> None:
        """Uses up one call of each limit; TooManyRequests where one of them has none left.

        The address's own come before anybody looks at the credentials, so that an exhausted address
        learns nothing about them; those of a caller come after.
        """
        if not meters or not caller:
            return
        wait, left = 0.0, call.left
        for meter in meters:
            remaining, reset, over = self.limiter.take(meter, caller)
            left += (remaining, reset)
            if over > wait:
                wait = over
        call.left, call.meters = left, call.meters + meters
        if wait:
            raise TooManyRequests(retry_after=math.ceil(wait))

    def limit_caller(self, call: Call, course: Course) -> None:
        """Uses up what a caller has: one who is known by their name, anybody else by their address."""
        if call.actor.id is None:
            self.limit(call, course.of_unknown, call.address)
        else:
            self.limit(call, course.of_user, name_of(call.actor))

    def validate(self, call: Call, course: Course) -> Asked | Draft | Given | None:
        """What the call asks for, in the engine's words."""
        if course.reader is not None:
            return course.reader.questions.read(call)
        if course.writer is not None:
            return course.writer.read(call)
        return course.performer.read(call) if course.performer is not None else None

    def authorize(self, call: Call, course: Course, wanted: Asked | Draft | Given | None) -> None:
        """The actor's part of the policy: refuses what no row could allow; the rest is decided with the rows."""
        if course.policy.decide(call.actor).is_no:
            raise Unauthenticated if course.policy.needs_actor and not call.actor.is_known else Forbidden
        if course.writer is not None and isinstance(wanted, Draft):
            course.writer.authorize(call, wanted)

    def transact(self, call: Call, course: Course, wanted: Asked | Draft | Given | None) -> Awaitable[Answer]:
        """Reads, or writes in one transaction, and makes the answer."""
        if course.reader is not None and isinstance(wanted, Asked):
            return course.reader.run(call, wanted, self.database, Moment(self.clock))
        now = self.clock()
        if course.writer is not None and isinstance(wanted, Draft):
            return course.writer.write(call, wanted, self.database, now)
        if course.performer is not None and isinstance(wanted, Given):
            return course.performer.perform(call, wanted, now)
        return done(call)

    def within(self, call: Call, inside: Inside, now: dt.datetime) -> Answer:
        """A call of an operation by an action, in its transaction: its actor is known, its limits are the action's."""
        course = self.courses[call.operation.name]
        wanted = self.validate(call, course)
        self.authorize(call, course, wanted)
        if course.reader is not None and isinstance(wanted, Asked):
            return at_once(course.reader.run(call, wanted, inside, lambda: now))
        if course.performer is not None and isinstance(wanted, Given):
            return course.performer.within(call, wanted, inside, now)
        assert course.writer is not None
        assert isinstance(wanted, Draft)
        return at_once(course.writer.write(call, wanted, inside, now))

    def observe(self, call: Call, status: int, code: str | None, seconds: float) -> None:
        """Tells every listener how it went."""
        actor = None if call.actor.id is None else name_of(call.actor)
        name = call.operation.name
        event = CallFinished(name, status, code, actor, call.request_id, seconds, call.statements, call.within)
        for listen in self.listeners:
            listen(event)


async def done(call: Call) -> Answer:
    """The answer of a call that others do: FastAPI's, which only wants to know that it may."""
    return Answer(call.operation.status)


def acting(sessions: Acting | None) -> Acting:
    """The transactions of the user's code, which an application with such code is given."""
    assert sessions is not None, "the application has code of its own, which needs sessions"
    return sessions


def one_row(resource: str) -> Operation:
    """The reading of one row that a write or an action has left, in nobody's list."""
    return Operation(f"{resource}!", "get", "GET", "", 200, ANYONE, resource=resource)


def metered(operation: Operation, shared: tuple[Limit, ...]) -> tuple[tuple[str, Limit, bool], ...]:
    """An operation's limits, the name that each is counted under, and whether several operations use it up together.

    A limit of the operation's own may be equal to a shared one, which stands before it.
    """
    found: list[tuple[str, Limit, bool]] = []
    left = list(shared)
    for limit in operation.limits:
        of_all = limit in left
        if of_all:
            left.remove(limit)
        whose = "" if of_all else limit.shared or operation.name
        together = of_all or bool(limit.shared)
        found.append((f"{whose}/{limit.per}/{limit.calls}/{limit.seconds}", limit, together))
    return tuple(found)
