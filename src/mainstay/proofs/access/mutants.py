"""Mutants served: an engine with one clause of one policy changed must be noticed by the matrix."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mainstay.operation import Application
from mainstay.proofs.access.cells import Cell
from mainstay.proofs.access.counting import Rule, always_kept, rules
from mainstay.proofs.access.doors import Door
from mainstay.proofs.access.easing import allowed_by
from mainstay.proofs.access.equivalence import equivalent
from mainstay.proofs.access.matrix import Matrix, Planned
from mainstay.proofs.access.mutations import Mutant, mutants
from mainstay.proofs.access.oracle import Oracle
from mainstay.proofs.access.personas import telling as telling_personas
from mainstay.proofs.access.sites import Site, governs, is_opaque, sites

Verdict = Literal["killed", "equivalent", "survived"]

ASKED = 3
"""Cells that are asked before a mutant is said to have survived."""


SAME: tuple[Verdict, str] = ("equivalent", "no truths of its parts tell it from its policy")
KEPT: tuple[Verdict, str] = (
    "equivalent",
    "whoever reads the row may, by the form of the policies, read all that counts",
)
UNTOLD: tuple[Verdict, str] = ("survived", "not told apart by any generated row")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant."""

    mutant: Mutant | Rule
    verdict: Verdict
    why: str


async def hunted(
    application: Application,
    matrix: Matrix,
    cells: Sequence[Planned],
    serve: Callable[[Application], Door],
    *,
    one_of: int = 1,
    seed: int = 1,
) -> AsyncIterator[Outcome]:
    """Each mutant, or one of so many drawn by the seed, served and asked the cells that it could change."""
    chance = random.Random(seed)
    asking = Matrix(application, matrix.storage, matrix.oracle, matrix.store, matrix.door)
    read = {one.resource for one in application.operations if one.action in ("list", "get")}
    for site in sites(application):
        if is_opaque(site.policy):
            continue
        mine = [planned for planned in cells if concerns(planned.cell, site) or elsewhere(planned.cell, site, read)]
        for mutant in mutants(site):
            if chance.randrange(one_of):
                continue
            sure = affected(mutant, matrix.oracle, mine)
            first = sorted(mine, key=lambda one: not touches(one.cell, sure))
            outcome = await hunt(mutant, application, first, asking, serve)
            same = outcome is None and equivalent(mutant, application)
            yield outcome or Outcome(mutant, *(SAME if same else UNTOLD))
    for rule in rules(application):
        mine = [planned for planned in cells if concerns(planned.cell, rule.site)]
        if chance.randrange(one_of):
            continue
        outcome = await hunt(rule, application, mine, asking, serve)
        same = outcome is None and always_kept(rule, application)
        yield outcome or Outcome(rule, *(KEPT if same else UNTOLD))


async def hunt(
    mutant: Mutant | Rule,
    application: Application,
    cells: Sequence[Planned],
    asking: Matrix,
    serve: Callable[[Application], Door],
) -> Outcome | None:
    """What becomes of a mutant that is served to those that ask what tells it; None where nothing does."""
    changed = mutant.application(application)
    told = list(telling(cells, Oracle(changed, asking.storage, asking.oracle.generated)))
    if not told:
        return None
    asking.door = serve(changed)
    for planned in told:
        cell = planned.cell
        if await asking.check(cell, planned.expected) is not None:
            return Outcome(mutant, "killed", f"{cell.persona.name}, {cell.operation.name}, {cell.about}")
    return Outcome(mutant, "survived", f"the engine did not follow it: {told[0].cell.operation.name}")


def concerns(cell: Cell, site: Site) -> bool:
    """Whether a cell asks what the policy is about."""
    if cell.smuggled is not None:
        return False
    if cell.operation.resource != site.resource:
        return bool(cell.lists) and site.what != "read"
    if site.field is None:
        return governs(site, cell.operation)
    reading = cell.operation.action in ("list", "get")
    if site.what in ("read field", "computed"):
        return reading
    return cell.operation.action in ("create", "replace", "update")


def elsewhere(cell: Cell, site: Site, read: Collection[str | None]) -> bool:
    """Whether a cell reads, and a resource has neither list nor get, so that only answers of others hold its rows."""
    of_rows = site.what in ("read", "read field", "computed") and site.resource not in read
    return of_rows and cell.operation.action in ("list", "get")


def affected(mutant: Mutant, oracle: Oracle, cells: Sequence[Planned]) -> set[tuple[str, int]]:
    """Personas and rows, by identity, for which the mutant's policy decides otherwise: a hint where to look first."""
    site = mutant.site
    found: set[tuple[str, int]] = set()
    asking = {one.cell.persona.name: one.cell.persona for one in cells}.values()
    for persona in telling_personas(asking, [site.policy]):
        world = oracle.world(persona)
        for row in oracle.generated.rows[site.table]:
            if allowed_by(site.policy, row, site.table, world) != allowed_by(mutant.policy, row, site.table, world):
                found.add((persona.name, id(row)))
    return found


def touches(cell: Cell, sure: set[tuple[str, int]]) -> bool:
    """Whether a cell is about a persona and a row that are among these."""
    return cell.row is not None and (cell.persona.name, id(cell.row)) in sure


def telling(cells: Sequence[Planned], oracle: Oracle) -> Iterator[Planned]:
    """A few cells of which the mutant's policies expect something else."""
    found = 0
    for planned in cells:
        expected, other = planned.expected, oracle.expect(planned.cell)
        told = (other.statuses, other.data, other.effect, other.outcome)
        if told != (expected.statuses, expected.data, expected.effect, expected.outcome):
            yield planned
            found += 1
            if found == ASKED:
                return
