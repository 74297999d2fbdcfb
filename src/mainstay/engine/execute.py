"""The door: one function runs every call, whoever makes it and by whatever protocol."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Mapping, Sequence

from mainstay.actor import NOBODY, Actor
from mainstay.backing.databases.database import Acting, Database, Health
from mainstay.clock import now, steady
from mainstay.engine.arguments import Given
from mainstay.engine.asked import Asked, Questions
from mainstay.engine.call import Allowance, Answer, Call, Gone
from mainstay.engine.guards import deciders
from mainstay.engine.inside import Inside, at_once
from mainstay.engine.limiter import Limiter
from mainstay.engine.minding import MindedWriter
from mainstay.engine.performing import Performer
from mainstay.engine.reading import Reader
from mainstay.engine.shapes import MOST, Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.turn import Means
from mainstay.engine.work import Draft
from mainstay.engine.writing import Writer
from mainstay.errors import Forbidden, InternalError, MainstayError, TooManyRequests, Unauthenticated
from mainstay.events import CallFinished, Listener
from mainstay.identity import Identity, NoIdentity
from mainstay.operation import Application, Limit, Operation
from mainstay.policy.tree import ANYONE
from mainstay.storage import Storage

SOMEBODY = Actor("somebody")
"""A caller of whom no more is known than that it is one."""


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
        counted = {operation.name: metered(operation, limits) for operation in application.operations}
        self.of_addresses = {name: tuple(filter(is_of_address, found)) for name, found in counted.items()}
        """By operation, those of the limits that every call from an address uses up, whoever calls."""
        self.of_callers = {
            name: tuple(limit for limit in found if not is_of_address(limit)) for name, found in counted.items()
        }
        self.listeners = tuple(listeners)
        self.clock = clock
        self.deciders = deciders(application)
        schema, shapes = Schema(application, storage, database.dialect), Shapes()
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

    async def open(self) -> None:
        """Connects to what stands behind."""
        await self.database.open()

    def prepare(self) -> None:
        """Compiles the statements of the usual reads, for nobody and for somebody, as far as half of those kept go."""
        for reader in self.readers.values():
            for actor in (NOBODY, SOMEBODY):
                if len(self.shapes.kept) < MOST // 2:
                    reader.prepare(actor)

    async def close(self) -> None:
        """Lets go of what stands behind, when everything that runs has ended."""
        await self.database.close()

    async def health(self) -> Mapping[str, Health]:
        """Whether each part behind answers."""
        return {"database": await self.database.health()}

    async def execute(self, call: Call) -> Answer:
        """Runs one call from credentials to answer; raises a `MainstayError` where it is refused."""
        started = time.perf_counter()
        status = InternalError.status
        code: str | None = InternalError.code
        try:
            self.limit(call, self.of_addresses)
            if call.credentials is not None:
                await self.authenticate(call)
            self.limit(call, self.of_callers)
            if call.read is not None:
                await call.read(call)
            wanted = self.validate(call)
            self.authorize(call, wanted)
            answer = await self.transact(call, wanted)
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

    async def authenticate(self, call: Call) -> None:
        """Who is calling; a wrong credential uses up what an unknown caller has, as guessing must not be free."""
        assert call.credentials is not None
        try:
            call.actor = await self.identity.identify(call.credentials)
        except Unauthenticated:
            call.actor = NOBODY
            self.limit(call, self.of_callers)
            raise

    def limit(self, call: Call, metered: Mapping[str, Sequence[tuple[str, Limit, bool]]]) -> None:
        """Uses up one call of each limit; TooManyRequests where one of them has none left.

        The address's own come before anybody looks at the credentials, so that an exhausted address
        learns nothing about them; those of a caller come after.
        """
        limits = metered[call.operation.name]
        if not limits:
            return
        allowances: list[Allowance] = []
        wait = 0.0
        identifier = call.actor.id
        known = identifier is not None
        for name, limit, shared in limits:
            if limit.per == "user":
                caller = str(identifier) if known else ""
            else:
                caller = call.address if shared or not known else ""
            if caller:
                allowance, over = self.limiter.take(name, limit, caller)
                allowances.append(allowance)
                if over > wait:
                    wait = over
        call.allowances = (*call.allowances, *allowances)
        if wait:
            raise TooManyRequests(retry_after=math.ceil(wait))

    def validate(self, call: Call) -> Asked | Draft | Given | None:
        """What the call asks for, in the engine's words."""
        reader = self.readers.get(call.operation.name)
        if reader is not None:
            return reader.questions.read(call)
        writer = self.writers.get(call.operation.name)
        if writer is not None:
            return writer.read(call)
        performer = self.performers.get(call.operation.name)
        return performer.read(call) if performer is not None else None

    def authorize(self, call: Call, wanted: Asked | Draft | Given | None) -> None:
        """The actor's part of the policy: refuses what no row could allow; the rest is decided with the rows."""
        decision = self.deciders.decide(f":{call.operation.name}", call.actor)
        if decision.is_no:
            needs_actor = self.deciders.by_name[f":{call.operation.name}"].needs_actor
            raise Unauthenticated if needs_actor and not call.actor.is_known else Forbidden
        if isinstance(wanted, Draft):
            self.writers[call.operation.name].authorize(call, wanted)

    async def transact(self, call: Call, wanted: Asked | Draft | Given | None) -> Answer:
        """Reads, or writes in one transaction, and makes the answer."""
        now = self.clock()
        if isinstance(wanted, Asked):
            reader = self.readers[call.operation.name]
            run = reader.page if call.operation.action == "list" else reader.one
            return await run(call, wanted, self.database, now)
        if isinstance(wanted, Draft):
            return await self.writers[call.operation.name].write(call, wanted, self.database, now)
        if isinstance(wanted, Given):
            return await self.performers[call.operation.name].perform(call, wanted, now)
        return Answer(call.operation.status)

    def within(self, call: Call, inside: Inside, now: dt.datetime) -> Answer:
        """A call of an operation by an action, in its transaction: its actor is known, its limits are the action's."""
        wanted = self.validate(call)
        self.authorize(call, wanted)
        if isinstance(wanted, Asked):
            reader = self.readers[call.operation.name]
            run = reader.page if call.operation.action == "list" else reader.one
            return at_once(run(call, wanted, inside, now))
        if isinstance(wanted, Given):
            return self.performers[call.operation.name].within(call, wanted, inside, now)
        assert isinstance(wanted, Draft)
        return at_once(self.writers[call.operation.name].write(call, wanted, inside, now))

    def observe(self, call: Call, status: int, code: str | None, seconds: float) -> None:
        """Tells every listener how it went."""
        actor = None if call.actor.id is None else str(call.actor.id)
        name = call.operation.name
        event = CallFinished(name, status, code, actor, call.request_id, seconds, call.statements, call.within)
        for listen in self.listeners:
            listen(event)


def acting(sessions: Acting | None) -> Acting:
    """The transactions of the user's code, which an application with such code is given."""
    assert sessions is not None, "the application has code of its own, which needs sessions"
    return sessions


def one_row(resource: str) -> Operation:
    """The reading of one row that a write or an action has left, in nobody's list."""
    return Operation(f"{resource}!", "get", "GET", "", 200, ANYONE, resource=resource)


def is_of_address(metered: tuple[str, Limit, bool]) -> bool:
    """Whether a limit is used up by every call from an address."""
    _, limit, shared = metered
    return shared and limit.per == "address"


def metered(operation: Operation, shared: tuple[Limit, ...]) -> tuple[tuple[str, Limit, bool], ...]:
    """An operation's limits, the name that each is counted under, and whether all operations use it up together.

    A limit of the operation's own may be equal to a shared one, which stands before it.
    """
    found: list[tuple[str, Limit, bool]] = []
    left = list(shared)
    for limit in operation.limits:
        together = limit in left
        if together:
            left.remove(limit)
        whose = "" if together else operation.name
        found.append((f"{whose}/{limit.per}/{limit.calls}/{limit.seconds}", limit, together))
    return tuple(found)
