"""The statements that an application runs: `assert ran.count == 1`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from mainstay.backing.databases.database import Database, Health, Row, Script

T = TypeVar("T")

SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK TO", "PRAGMA", "BEGIN")
"""What begins and ends parts of a transaction, and is not counted."""


class Statements:
    """The texts that ran in a block, in order: the engine's own, and those of sessions."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.texts)

    def __repr__(self) -> str:
        return "\n".join(
            [f"{self.count} statements", *(f"{place}. {text}" for place, text in enumerate(self.texts, 1))]
        )


class Watched:
    """The port of a database, with the database behind it: tells whoever counts what runs."""

    def __init__(self, behind: Database) -> None:
        self.behind = behind
        self.name, self.dialect = behind.name, behind.dialect
        self.counting: list[Statements] = []

    def note(self, text: str) -> None:
        """A statement is about to run."""
        for statements in self.counting:
            statements.texts.append(text)

    @contextmanager
    def counted(self) -> Iterator[Statements]:
        """What runs in the block, of the engine's and of every session's."""
        statements = Statements()
        self.counting.append(statements)

        def execute(connection: Any, cursor: Any, text: str, *rest: Any) -> None:
            if not text.startswith(SAVEPOINTS):
                statements.texts.append(text)

        sa.event.listen(sa.Engine, "before_cursor_execute", execute)
        try:
            yield statements
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", execute)
            self.counting.remove(statements)

    # The port

    async def open(self) -> None:
        """Connects."""
        await self.behind.open()

    async def close(self) -> None:
        """Closes every connection."""
        await self.behind.close()

    async def read(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """The rows of one statement."""
        self.note(text)
        return await self.behind.read(text, values)

    async def write(self, script: Callable[[], Script[T]], *, whole: bool = False) -> T:
        """What a script returns, each of its commands noted."""
        return await self.behind.write(lambda: self.noted(script()), whole=whole)

    def noted(self, running: Script[T]) -> Script[T]:
        """A script that says what it runs."""
        try:
            command = next(running)
            while True:
                self.note(command.text)
                try:
                    rows = yield command
                except Exception as failure:
                    command = running.throw(failure)
                else:
                    command = running.send(rows)
        except StopIteration as done:
            result: T = done.value
            return result

    def number(self, table: str) -> str | None:
        """The name by which the database numbers the rows of a table."""
        return self.behind.number(table)

    async def create_missing(self, metadata: sa.MetaData) -> None:
        """Creates the tables and indexes that are not there."""
        await self.behind.create_missing(metadata)

    async def rebuild_search(self, metadata: sa.MetaData) -> None:
        """Makes every index of words anew."""
        await self.behind.rebuild_search(metadata)

    async def health(self) -> Health:
        """Whether it answers."""
        return await self.behind.health()

    def listen(self, channel: str, callback: Callable[[], None]) -> None:
        """Has a callback called whenever a channel is notified."""
        self.behind.listen(channel, callback)

    def notify(self, channel: str) -> None:
        """Notifies a channel."""
        self.behind.notify(channel)
