"""Runs migrations: on a database, one transaction each, or on a scratch one, to know what they make."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from mainstay.backing import open as backing
from mainstay.backing.changes import BrokenReferences, Patience, SchemaChanges
from mainstay.migrate.folder import EMPTY, Chain, Migration, MigrationProblem
from mainstay.migrate.operations import IN_USE, operations
from mainstay.migrate.recording import Recording
from mainstay.migrate.schema import Schema
from mainstay.migrate.version import set_version, version

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, up or down, and what it makes of a schema."""

    migration: Migration
    up: bool
    before: Schema
    after: Schema
    dropped: tuple[tuple[str, str | None], ...]
    """Tables and columns that go with what is in them."""

    @property
    def number(self) -> str:
        """The number of a database after it."""
        return self.migration.number if self.up else self.migration.before


def run_step(connection: Connection, migration: Migration, up: bool, recording: Recording | None = None) -> None:
    """Runs one migration; MigrationProblem where it fails."""
    with operations(connection, recording):
        try:
            (migration.upgrade if up else migration.downgrade)()
        except (DBAPIError, LookupError) as error:
            if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None):
                raise  # PostgreSQL's, some of which are tried again
            raise failed(migration, up, error) from error


def failed(migration: Migration, up: bool, error: BaseException) -> MigrationProblem:
    """Says which migration failed, and with what."""
    said = f"{error.orig}: {error.statement}" if isinstance(error, DBAPIError) else str(error)
    way = "up" if up else "down"
    return MigrationProblem(f"{migration} failed on the way {way}, and nothing of it was done: {said}")


async def move(
    changes: SchemaChanges,
    chain: Chain,
    target: str,
    tell: Callable[[Migration, bool], None] = lambda migration, up: None,
    patience: Patience = Patience(),
) -> int:
    """Runs what lies between a database and the migration `target`; how many were run.

    Each is one transaction, in which the number is read first: of several processes that migrate at once, each finds
    what the others have left to do.
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
    tried: list[tuple[Migration, bool]] = []

    def change(connection: Connection) -> tuple[Migration, bool] | None:
        step = chain.next(version(connection), target)
        if step is not None:
            tried[:] = [step]
            run_step(connection, *step)
            set_version(connection, step[0].number if step[1] else step[0].before)
        return step

    try:
        return await alone(changes, change, patience)
    except (DBAPIError, BrokenReferences) as error:
        if not tried:
            raise
        raise failed(*tried[0], error) from error


async def alone(changes: SchemaChanges, change: Callable[[Connection], T], patience: Patience = Patience()) -> T:
    """What a change returns, run while no other migration runs in this process."""
    await asyncio.to_thread(IN_USE.acquire)
    try:
        return await changes.run(change, patience)
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
                before, recording.dropped = recording.schema, []
                run_step(connection, migration, up, recording)
                steps.append(Step(migration, up, before, recording.schema, tuple(recording.dropped)))
            place = target
        return steps

    async with scratch() as changes:
        return await alone(changes, change)


async def made_by(chain: Chain) -> Schema:
    """The schema that all migrations make."""
    steps = await rehearse(chain, chain.newest)
    return steps[-1].after if steps else Schema()
