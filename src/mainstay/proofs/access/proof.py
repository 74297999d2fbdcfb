"""The proof of access from its beginning to its end: rows, matrix, mutants, non-interference."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from mainstay.backing import open as backing
from mainstay.backing.databases.database import Database
from mainstay.engine import Engine
from mainstay.operation import Application
from mainstay.proofs.access.authorization import Words, is_plain
from mainstay.proofs.access.coverage import Coverage, coverage
from mainstay.proofs.access.doors import Direct, Door, Patient
from mainstay.proofs.access.emptied import emptied
from mainstay.proofs.access.interference import Compared, compared
from mainstay.proofs.access.matrix import Disagreement, Matrix, planned
from mainstay.proofs.access.mutants import Outcome, hunted
from mainstay.proofs.access.oracle import Oracle
from mainstay.proofs.access.personas import Bearer, personas
from mainstay.proofs.access.planning import Planner
from mainstay.proofs.access.rows import generate
from mainstay.proofs.access.sites import is_opaque, sites
from mainstay.proofs.access.store import Store
from mainstay.storage import Storage

CURSOR_KEY = b"the cursors of the proof of access"[:32]

SOME = 8
"""Personas whose answers are compared on two databases, unless every one is."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and how much there is of it."""


def silent(doing: str, done: int, of: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is asked."""

    seed: int = 1
    rows: int = 8
    """Rows in each table, at least."""
    alike: int | None = 2
    """Of cells that differ only in rows of which the same is expected, so many are asked; None for every cell of every
    persona."""
    everybody: bool = True
    """Whether those personas, too, are asked for the matrix that the policies around a resource do not tell apart."""
    mutants: int = 1
    """One of so many mutants is served, drawn by the seed; every one if 1, none if 0."""
    sampled: int = 1
    """One of so many cells is asked, drawn by the seed, once those that are alike are left out."""
    interference: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What the proof found on one database."""

    database: str
    personas: tuple[str, ...]
    rows: dict[str, int]
    cells: dict[str, int]
    """Asked, by operation."""
    matrix: Words
    """The authorization matrix."""
    disagreements: tuple[Disagreement, ...]
    outcomes: tuple[Outcome, ...]
    coverage: tuple[Coverage, ...]
    compared: tuple[Compared, ...]
    opaque: tuple[str, ...]
    """Policies that only the database can evaluate, so that nothing is proven of them."""

    @property
    def survivors(self) -> tuple[Outcome, ...]:
        """The mutants that nobody noticed."""
        return tuple(outcome for outcome in self.outcomes if outcome.verdict == "survived")

    @property
    def differences(self) -> tuple[Disagreement, ...]:
        """Answers that depend on what their reader may not read."""
        return tuple(item for persona in self.compared for item in persona.differences)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not (self.disagreements or self.survivors or self.differences)


async def prove(
    application: Application,
    storage: Storage,
    database: Database,
    *,
    serve: Callable[[Engine], Door] = Direct,
    scale: Scale | None = None,
    progress: Progress = silent,
) -> Result:
    """Proves an application on a database that is open and empty, and leaves its tables empty.

    `serve` puts a protocol around an engine.  Limits are not part of the proof.
    """
    scale = scale or Scale()
    without_code, storage = emptied(application, storage)
    unlimited = replace(
        without_code, operations=tuple(replace(operation, limits=()) for operation in without_code.operations)
    )
    unlimited = replace(
        unlimited,
        resources=tuple(resource for resource in unlimited.resources if not opaque_in(unlimited, resource.name)),
        operations=tuple(
            operation
            for operation in unlimited.operations
            if operation.resource is not None and not opaque_in(unlimited, operation.resource)
        ),
    )
    cast = personas(unlimited, storage)
    generated = generate(unlimited, storage, cast, seed=scale.seed, count=scale.rows)
    store = Store(database, storage, generated)
    await store.create()
    await store.fill()
    generated = store.settled()

    sessions = backing.sessions(f"{database.name}://", database)

    def door(changed: Application) -> Door:
        engine = Engine(changed, storage, database, identity=Bearer(cast), cursor_key=CURSOR_KEY, sessions=sessions)
        return Patient(serve(engine))

    oracle = Oracle(unlimited, storage, generated)
    matrix = Matrix(unlimited, storage, oracle, store, door(unlimited))
    planner = Planner(unlimited, storage, cast, generated, seed=scale.seed, all_personas=scale.alike is None)
    every = list(planned(planner.cells(), oracle, alike=scale.alike))
    cells = [one for one in every if one.asked]
    if scale.sampled > 1:
        cells = random.Random(scale.seed).sample(cells, len(cells) // scale.sampled)
    if scale.everybody:
        others_too = Planner(unlimited, storage, cast, generated, seed=scale.seed, left_out=True)
        plain = (cell for cell in others_too.cells() if is_plain(cell))
        cells += [one for one in planned(plain, oracle, alike=1) if one.asked]
    disagreements: list[Disagreement] = []
    for number, one in enumerate(cells):
        found = await matrix.check(one.cell, one.expected)
        if found is not None:
            disagreements.append(found)
        progress("cells", number + 1, len(cells))
    outcomes: list[Outcome] = []
    if scale.mutants and not disagreements:  # what they show is that the cells tell; these cells already do
        async for outcome in hunted(unlimited, matrix, every, door, one_of=scale.mutants, seed=scale.seed):
            outcomes.append(outcome)
            progress("mutants", len(outcomes), 0)
    others: list[Compared] = []
    if scale.interference:
        some = cast if scale.alike is None else cast[:SOME]
        others = await compared(unlimited, matrix, cells, some)
        progress("personas compared", len(others), len(others))
    await sessions.close()
    await store.empty()
    return Result(
        database=database.name,
        personas=tuple(persona.name for persona in cast),
        rows={table: len(rows) for table, rows in generated.rows.items()},
        cells=dict(Counter(one.cell.operation.name for one in cells)),
        matrix=matrix.answers.matrix([persona.name for persona in cast]),
        disagreements=tuple(disagreements),
        outcomes=tuple(outcomes),
        coverage=coverage(unlimited, sites(unlimited), cast, generated.world(cast[0])),
        compared=tuple(others),
        opaque=tuple(site.name for site in sites(application) if is_opaque(site.policy)),
    )


def opaque_in(application: Application, resource: str) -> bool:
    """Whether a policy of a resource can only be evaluated by the database."""
    return any(is_opaque(site.policy) for site in sites(application) if site.resource == resource)
