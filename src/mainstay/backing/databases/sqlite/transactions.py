"""Runs scripts on the connection that writes: many in one transaction, or each in its own."""

from __future__ import annotations

import sqlite3
from asyncio import Future
from collections.abc import Callable, Sequence
from math import inf
from time import monotonic
from typing import Any, NoReturn

import msgspec

from mainstay.backing.databases.database import Script
from mainstay.backing.databases.sqlite.connection import patiently
from mainstay.backing.databases.sqlite.errors import TooManyBits, translated
from mainstay.backing.databases.sqlite.settings import Settings
from mainstay.backing.refuse import refuse
from mainstay.errors import Unavailable

STEPS = 100_000
"""Steps of SQLite's machine between two looks at the clock, some milliseconds."""


class Call(msgspec.Struct, frozen=True):
    """A script that somebody waits for, since when, and how many seconds it may run."""

    script: Callable[[], Script[Any]] | None
    future: Future[Any]
    since: float
    limit: float
    work: Callable[[sqlite3.Connection], Any] | None = None
    """What is done with the connection where it is no script that does it."""
    alone: bool = False
    """Whether it shares its transaction with nobody, as it may wait for others."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one script: its value where `error` is None."""

    value: Any = None
    error: BaseException | None = None


class Transactions:
    """One connection and the transactions on it; belongs to the writer's thread.

    SQLite undoes a whole transaction by itself at some errors (disk full, I/O error, interrupt,
    `ON CONFLICT ROLLBACK`), and a COMMIT can fail.  Then nothing of the group is there, and each
    script runs again in a transaction of its own, so that one never pays for another.
    """

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._settings = settings
        self._deadline = inf
        self._expired = False
        connection.set_progress_handler(self._late, STEPS)

    def run(self, calls: Sequence[Call]) -> list[Outcome]:
        """What became of each call, the oldest first; what has a value is durable."""
        if len(calls) == 1:
            return [self._alone(calls[0])]
        try:
            self._begin(calls[0])
        except sqlite3.Error as error:
            return [Outcome(error=translated(error)) for _ in calls]
        outcomes: list[Outcome] = []
        if self._together(calls, outcomes):
            return outcomes
        self.undo()
        late = len(outcomes) - 1 if self._expired else -1
        return [outcomes[late] if at == late else self._alone(call) for at, call in enumerate(calls)]

    def _together(self, calls: Sequence[Call], outcomes: list[Outcome]) -> bool:
        """Fills `outcomes` in one transaction, already begun; False where it was lost or would not commit.

        Where a script that took too long lost it, that script is the last of `outcomes`.
        """
        try:
            for call in calls:
                self._execute("SAVEPOINT script")
                try:
                    outcomes.append(Outcome(self._drive(call)))
                except BaseException as error:
                    outcomes.append(Outcome(error=translated(error)))
                    if not self._connection.in_transaction:
                        return False
                    self._execute("ROLLBACK TO script")
                self._execute("RELEASE script")
            self._expired = False
            self._execute("COMMIT")
        except sqlite3.Error:
            return False
        return True

    def _alone(self, call: Call) -> Outcome:
        """The outcome of a call in its own transaction."""
        try:
            self._begin(call)
            value = self._drive(call)
            self._execute("COMMIT")
        except BaseException as error:
            self.undo()
            return Outcome(error=translated(error))
        return Outcome(value)

    def _drive(self, call: Call) -> Any:
        """The value of a call, whose time begins to run."""
        self._expired = False
        self._deadline = monotonic() + call.limit
        try:
            return self._script(call.script()) if call.script is not None else self._work(call)
        finally:
            self._deadline = inf

    def _work(self, call: Call) -> Any:
        """The value of what is done with the connection."""
        assert call.work is not None
        value = call.work(self._connection)
        if monotonic() > self._deadline:
            raise Unavailable(retry_after=1)
        return value

    def _script(self, running: Script[Any]) -> Any:
        """The value that a script returns, its commands run as it yields them."""
        execute = self._execute
        try:
            command = next(running)
            while True:
                try:
                    rows = execute(command.text, command.values).fetchall()
                except sqlite3.Error as error:
                    self._refuse(running, error)
                except OverflowError:
                    self._refuse(running, TooManyBits())
                if monotonic() > self._deadline:
                    raise Unavailable(retry_after=1)
                command = running.send(rows)
        except StopIteration as done:
            return done.value
        finally:
            running.close()

    def _refuse(self, script: Script[Any], error: sqlite3.Error) -> NoReturn:
        """Raises what the error means, through the script while its transaction can still be undone alone."""
        if self._connection.in_transaction:
            refuse(script, translated(error))
        raise translated(error)

    def _begin(self, call: Call) -> None:
        """Begins a transaction that may write; waits for other processes until `busy_timeout` after the call."""
        patiently(lambda: self._execute("BEGIN IMMEDIATE"), until=call.since + self._settings.busy_timeout)

    def undo(self) -> None:
        """Ends the transaction if there still is one; never raises."""
        try:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")
        except sqlite3.Error:
            pass

    def _late(self) -> bool:
        """Whether the script has used up its time, which interrupts its statement."""
        if monotonic() > self._deadline:
            self._expired = True
        return self._expired
