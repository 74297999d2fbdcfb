"""What an application in development does with its migrations when it starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mainstay.backing.changes import SchemaChanges
from mainstay.events import Migrated
from mainstay.migrate.adopt import adopt
from mainstay.migrate.compare import differences, sentences
from mainstay.migrate.folder import Migration, MigrationProblem, read
from mainstay.migrate.history import history, refuse_edited
from mainstay.migrate.loss import losses
from mainstay.migrate.run import current, move, rehearse
from mainstay.migrate.schema import Schema, schema_of
from mainstay.storage import Storage


async def upgrade(changes: SchemaChanges, folder: Path, storage: Storage, tell: Callable[[Migrated], None]) -> None:
    """Runs the migrations that the database has not had, and tells each with what it changed.

    Raises `MigrationProblem` where the models say what no migration makes, or a migration was edited after it was run.
    Tables that neither a migration nor a resource knows may be another application's in the same process, and are not
    looked at.
    """
    chain = read(folder)
    steps = {step.migration.number: step for step in await rehearse(chain, chain.newest)}
    made, said = steps[chain.newest].after, schema_of(storage.metadata)
    known = Schema({name: table for name, table in said.tables.items() if name in {*made.tables, *storage.tables}})
    unwritten = list(sentences(differences(made, known)))
    if unwritten:
        lines = "\n  ".join(unwritten)
        raise MigrationProblem(
            f'the models say what no migration makes; write it down with: mainstay migrate make "..."\n  {lines}'
        )

    await adopt(changes, chain)
    refuse_edited(chain, await changes.look(history))
    place = await current(changes)
    if place == chain.newest:
        return
    missed = [steps[migration.number] for migration, up in chain.steps(place, chain.newest)]
    lost = await changes.look(lambda connection: losses(connection, missed))

    def done(migration: Migration, up: bool) -> None:
        told = steps[migration.number].sentences
        if steps[migration.number] is missed[0]:
            told += [f"! these migrations lose, for good: {one}" for one in lost]
        tell(Migrated(migration.number, migration.title, tuple(told)))

    await move(changes, chain, chain.newest, done)
