"""Runs migrations: on a database, one transaction each, or on a scratch one, to know what they make."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from textwrap import shorten
from traceback import extract_tb

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from mainstay.backing import open as backing
from mainstay.backing.changes import BrokenReferences, Patience, SchemaChanges
from mainstay.migrate.compare import differences, sentences
from mainstay.migrate.folder import EMPTY, Chain, Migration, MigrationProblem
from mainstay.migrate.history import history, note_down, note_up, refuse_edited
from mainstay.migrate.operations import IN_USE, operations
from mainstay.migrate.recording import Recording
from mainstay.migrate.rename import Rename, applied
from mainstay.migrate.schema import Schema
from mainstay.migrate.version import set_version, version

LONGEST = 300
"""Characters of a statement that are told where it fails."""


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, up or down, and what it makes of a schema."""

    migration: Migration
    up: bool
    before: Schema
    after: Schema
    dropped: tuple[tuple[str, str | None], ...]
    """Tables and columns that go with what is in them, by their names before it."""
    renames: tuple[Rename, ...] = ()
    """Tables and columns that have another name afterwards."""

    @property
    def number(self) -> str:
        """The number of a database after it."""
        return self.migration.number if self.up else self.migration.before

    @property
    def sentences(self) -> list[str]:
        """What it does, as a reader of a terminal takes it in."""
        return [*map(str, self.renames), *sentences(differences(applied(self.renames, self.before), self.after))]


def run_step(connection: Connection, migration: Migration, up: bool, recording: Recording | None = None) -> None:
    """Runs one migration; MigrationProblem where it fails."""
    with operations(connection, recording, apart=not migration.in_transaction):
        try:
            (migration.upgrade if up else migration.downgrade)()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None):
                raise  # PostgreSQL's, some of which are tried again
            raise failed(migration, up, error) from error
        except Exception as error:
            raise failed(migration, up, error) from error


def failed(migration: Migration, up: bool, error: BaseException) -> MigrationProblem:
    """Says which migration failed, where in its file, and with what."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, DBAPIError):
        said = f"{error.orig}: {shorten(str(error.statement), LONGEST, placeholder=' ..')}"
    elif isinstance(error, MigrationProblem | LookupError | BrokenReferences):
        said = str(error)
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(migration.path)]
    line = f" (line {lines[-1]})" if lines else ""
    left = "nothing of it was done" if migration.in_transaction else "what was done of it stays, and is found again"
    return MigrationProblem(f"{migration} failed on the way {'up' if up else 'down'}{line}, and {left}: {said}")


async def move(
    changes: SchemaChanges,
    chain: Chain,
    target: str,
    tell: Callable[[Migration, bool], None] = lambda migration, up: None,
    patience: Patience = Patience(),
) -> int:
    """Runs what lies between a database and the migration `target`; how many were run.

    Each is one transaction, in which the number is read first: of several processes that migrate at once, each finds
    what the others have left to do.  Raises `MigrationProblem` where one is to be run after one that was edited.
    """
    done = 0
    while True:
        step = await one(changes, chain, target, patience)
        if step is None:
            return done
        done += 1
        tell(*step)


async def one(changes: SchemaChanges, chain: Chain, target: str, patience: Patience) -> tuple[Migration, bool] | None:
    """Runs the next migration; None where there is none."""
    step: tuple[Migration, bool] | None = chain.next(await current(changes), target)
    while step is not None:
        attempt = Attempt(chain, target, step)
        try:
            async with alone():
                if step[0].in_transaction:
                    step = await changes.run(attempt.whole, patience)
                else:
                    step = await changes.run_apart(attempt.run, attempt.note, patience)
        except (DBAPIError, BrokenReferences) as error:
            if not attempt.begun:
                raise
            raise failed(*attempt.step, error) from error
        if attempt.begun:
            return attempt.step
    return None


class Attempt:
    """One migration that seemed to be the next; under the lock of whoever changes the schema it may be another one."""

    def __init__(self, chain: Chain, target: str, step: tuple[Migration, bool]) -> None:
        self.chain = chain
        self.target = target
        self.step = step
        self.begun = False

    def whole(self, connection: Connection) -> tuple[Migration, bool] | None:
        """Runs and notes it."""
        step = self.run(connection)
        self.note(connection)
        return step

    def run(self, connection: Connection) -> tuple[Migration, bool] | None:
        """Runs it where it is the next one; the next one."""
        step = self.chain.next(version(connection), self.target)
        self.begun = step == self.step
        if self.begun:
            migration, up = self.step
            if up:
                refuse_edited(self.chain, history(connection))
            run_step(connection, migration, up)
        return step

    def note(self, connection: Connection) -> None:
        """Notes it where it was run."""
        if self.begun:
            migration, up = self.step
            if up:
                note_up(connection, [migration])
            else:
                note_down(connection, migration)
            set_version(connection, migration.number if up else migration.before)


@asynccontextmanager
async def alone() -> AsyncIterator[None]:
    """The block in which no other migration runs in this process."""
    await asyncio.to_thread(IN_USE.acquire)
    try:
        yield
    finally:
        IN_USE.release()


async def current(changes: SchemaChanges) -> str:
    """The number of a database."""
    return await changes.look(version)


@asynccontextmanager
async def scratch() -> AsyncIterator[SchemaChanges]:
    """An empty SQLite that is thrown away."""
    database = backing.database("sqlite://")
    await database.open()
    try:
        yield backing.changes("sqlite://", database)
    finally:
        await database.close()


async def rehearse(chain: Chain, *targets: str) -> list[Step]:
    """The steps from nothing to each target in turn, done on a scratch database, and what each makes of the schema."""

    def change(connection: Connection) -> list[Step]:
        recording, place = Recording(Schema()), EMPTY
        steps: list[Step] = []
        for target in targets:
            for migration, up in chain.steps(place, target):
                before = recording.begun()
                run_step(connection, migration, up, recording)
                gone, renames = tuple(recording.dropped), tuple(recording.renamed)
                steps.append(Step(migration, up, before, recording.schema, gone, renames))
            place = target
        return steps

    async with scratch() as changes, alone():
        return await changes.run(change)


async def made_by(chain: Chain) -> Schema:
    """The schema that all migrations make."""
    steps = await rehearse(chain, chain.newest)
    return steps[-1].after if steps else Schema()
