"""Inside a transaction only the database is waited for: whoever waits for anything else is refused.

What is awaited is seen whatever the library: a coroutine that stops at something else than a statement of its
session is told so.  What blocks instead of awaiting is seen where it begins: at a name that is looked up, a
connection that is opened, a process that is started.  A connection that blocks and was opened before is not seen,
nor is work that another task or thread was asked to do and that nobody waits for; the time-out bounds the first.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.util import greenlet_spawn

OUTSIDE = frozenset(
    {
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendto",
        "subprocess.Popen",
        "os.system",
        "os.posix_spawn",
        "os.exec",
        "time.sleep",
    }
)
"""Events of Python's own audit (PEP 578) with which a call of the outside begins; `time.sleep` has one from 3.13 on."""

STATEMENT = greenlet_spawn.__code__
"""Where a session waits for its database."""

HELD: ContextVar[asyncio.Task[Any] | str | None] = ContextVar("HELD", default=None)
"""Who holds a transaction: the task, or `thread` where it is the whole thread."""

THREAD = "thread"
TOLD = (
    "{what} inside a transaction, which holds its locks, and on SQLite every other write, as long as it lasts.  "
    "Either write @action(transaction=False), call the outside there, and open `async with call.transaction():` around "
    "what writes; or write down in this transaction what is to be done, and do it when that is committed."
)


class OutsideCall(RuntimeError):
    """Code in a transaction waits for something else than the database."""

    def __init__(self, what: str) -> None:
        super().__init__(TOLD.format(what=what))


class Watch:
    """Whether this process listens to Python's audit; it cannot stop again."""

    on = False

    @classmethod
    def begin(cls) -> None:
        """Listens from now on."""
        if not cls.on:
            cls.on = True
            sys.addaudithook(refuse)


def refuse(event: str, _: object) -> None:
    """Raises `OutsideCall` where who holds a transaction begins a call of the outside."""
    if event in OUTSIDE:
        holder = HELD.get()
        if holder is not None and holder is (current() or THREAD):
            raise OutsideCall(f"{event} is called")


def current() -> asyncio.Task[Any] | None:
    """The task that runs; None in a thread without a loop."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


@contextmanager
def held() -> Iterator[None]:
    """A transaction is held by this task, or by this thread where it has none."""
    before = HELD.set(current() or THREAD)
    try:
        yield
    finally:
        HELD.reset(before)


class Apart:
    """A coroutine that may wait for nothing but its session's statements, as long as it holds a transaction."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], holds: Callable[[], bool]) -> None:
        self.coroutine = coroutine
        self.holds = holds

    def __await__(self) -> Generator[Any, Any, Any]:
        error: BaseException | None = None
        while True:
            try:
                waited = self.coroutine.send(None) if error is None else self.coroutine.throw(error)
            except StopIteration as done:
                return done.value
            error = None
            if waited is not None and self.holds() and not waits_for_statement(self.coroutine):
                error = OutsideCall(f"{name_of(self.coroutine)} waits for {place_of(self.coroutine)}")
                continue
            try:
                yield waited
            except BaseException as failure:
                error = failure


def chain(coroutine: Any) -> Iterator[Any]:
    """A coroutine and what it waits for, one inside the other, as far as Python shows it."""
    inner = coroutine
    while inner is not None:
        yield inner
        inner = next(
            (getattr(inner, name) for name in ("cr_await", "gi_yieldfrom", "ag_await") if hasattr(inner, name)), None
        )


def waits_for_statement(coroutine: Any) -> bool:
    """Whether it waits for a statement of a session's; so it is where Python does not show what it waits for."""
    last = None
    for inner in chain(coroutine):
        if getattr(inner, "cr_code", None) is STATEMENT:
            return True
        last = inner
    return type(last).__name__ in ("coroutine_wrapper", "async_generator_asend", "async_generator_athrow")


def name_of(coroutine: Any) -> str:
    """What a coroutine's function is called."""
    return str(getattr(coroutine, "__qualname__", "the action"))


def place_of(coroutine: Any) -> str:
    """What a coroutine waits in, in words."""
    names = [inner.__qualname__ for inner in chain(coroutine) if hasattr(inner, "__qualname__")]
    return names[-1] if len(names) > 1 else "something that is not the database"
