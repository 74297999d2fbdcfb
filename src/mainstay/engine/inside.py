"""The inside of an action's transaction, as the engine's own readers and writers know a database."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from mainstay.backing.databases.database import MEANING, Command, Row, Script
from mainstay.backing.refuse import refuse

T = TypeVar("T")


class Inside:
    """Runs compiled text on the connection that a session stands on, behind what the session has not written yet."""

    def __init__(self, session: Session, awaiting: AsyncSession | None = None) -> None:
        self.session = session
        self.awaiting = awaiting
        """The same session as an `async def` has it; None where a `def` runs, which cannot wait."""

    def run(self, command: Command) -> Sequence[Row]:
        """The rows of one command."""
        self.session.flush()
        result = self.session.connection().exec_driver_sql(command.text, tuple(command.values))
        return result.all() if result.returns_rows else ()

    def drive(self, script: Script[T]) -> T:
        """What a script returns; it is told of a command that fails, and may give the failure another name."""
        try:
            command = next(script)
            while True:
                try:
                    rows = self.run(command)
                except DBAPIError as error:
                    refuse(script, self.session.info[MEANING](error))
                command = script.send(rows)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            script.close()

    def awaited(self, name: str, work: Callable[[AsyncSession], Coroutine[Any, Any, T]]) -> T:
        """What code returns that awaits; what it did is undone where it fails, and only that.

        LookupError where whoever calls it is a `def`.
        """
        session = self.awaiting
        if session is None:
            raise LookupError(f"{name} awaits code of its own, which a `def` cannot: make what calls it an `async def`")

        async def apart() -> T:
            async with session.begin_nested():
                return await work(session)

        return await_only(apart())

    async def read(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows of one statement; never waits."""
        return self.run(Command(text, tuple(values)))

    async def write(self, script: Callable[[], Script[T]], *, whole: bool = False) -> T:
        """What a script returns; never waits.  What it did is undone where it fails, and only that."""
        try:
            with self.session.begin_nested():
                return self.drive(script())
        except DBAPIError as error:
            raise self.session.info[MEANING](error) from error


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        work.close()
    raise AssertionError("waits for something")
