"""`mainstay check . --prove app:app`: what a Mainstay application promises, proven or by construction."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import asdict

from mainstay.check.proving import Broken, Proof
from mainstay.check.review import Progress, Shown
from mainstay.cli.doing.prove import opened
from mainstay.cli.through import over_rest
from mainstay.operation import Application, Operation
from mainstay.proofs.access.matrix import Disagreement
from mainstay.proofs.access.proof import Result, Scale, prove
from mainstay.storage import Storage

VERSION = re.compile(r"/v\d+(/|$)")
SIGN_IN = re.compile(r"sign|password|token|refresh|invit|verif", re.IGNORECASE)


class Declared:
    """What the compiler and the edge give every application, with the figures of this one."""

    name = "reading the operations"

    def __init__(self, application: Application) -> None:
        self.application = application

    def prove(self, progress: Progress) -> Proof:
        """Reads the operations; nothing is run."""
        return Proof(tuple(Shown(item, "holds", evidence) for item, evidence in self._shown()))

    def _shown(self) -> Iterator[tuple[str, str]]:
        operations = self.application.operations
        bodies = [each.body for each in operations if each.body is not None]
        parts = sum(len(each.parts) for each in bodies)
        checks = f"{len(bodies)} bodies with {parts} parts, each checked by its kind before anything is run"
        lists = [each for each in operations if each.action == "list"]
        largest = max((each.paging.maximum for each in self.application.resources), default=0)
        most = max((each.statements for each in operations), default=0)
        yield "api-1", f"the methods and paths of {len(operations)} operations are the compiler's"
        for item in ("api-2", "anti-2", "constraint-2"):
            yield item, checks
        yield "api-3", f"one envelope, and a shape for each of {sum(e.answer is not None for e in operations)} answers"
        codes = {code for each in operations for code in each.errors}
        yield "api-4", f"each operation lists the codes that it can answer with, {len(codes)} in all"
        if VERSION.search(self.application.prefix + "/"):
            yield "api-5", f"every path begins with {self.application.prefix}"
        yield "security-1", f"{len(operations)} operations, each with a policy: one without is refused at start"
        yield "security-4", "every value is bound to its statement, and names of columns come from the declarations"
        yield from self._limits(operations)
        if lists:
            yield "performance-4", f"{len(lists)} lists, of at most {largest} rows each"
        yield "observability-1", "the edge gives every request an id, and tells its end with status and duration"
        yield "observability-2", "an error that nobody foresaw is told with its stack and the id of its request"
        yield "observability-4", "/health, /health/ready and /health/live"
        yield "constraint-3", "an error that nobody foresaw is answered with its code alone"
        if most:
            yield "anti-1", f"no call runs more than {most} statements, whatever the rows"
        excuses = [each.unindexed for resource in self.application.resources for each in resource.filters]
        excuses += [each.unindexed for resource in self.application.resources for each in resource.sorts]
        without = sum(each is not None for each in excuses)
        excused = f", and {without} say why they have none" if without else ""
        yield "anti-6", f"{len(excuses) - without} filters and sorts with an index{excused}"

    def _limits(self, operations: tuple[Operation, ...]) -> Iterator[tuple[str, str]]:
        sensitive = [each for each in operations if SIGN_IN.search(each.name) and each.method == "POST"]
        limited = sum(bool(each.limits) for each in operations)
        if limited and all(each.limits for each in sensitive):
            told = f"{limited} of {len(operations)} operations have a limit of calls"
            told += f", {len(sensitive)} for signing in among them" if sensitive else ""
            for item in ("security-5", "anti-5", "constraint-5"):
                yield item, told


class Access:
    """The proof that nobody reads or changes what the policies forbid, on SQLite in a temporary file."""

    name = "proving access"

    def __init__(self, application: Application, storage: Storage, scale: Scale | None = None) -> None:
        self.application = application
        self.storage = storage
        self.scale = scale or Scale()

    def prove(self, progress: Progress) -> Proof:
        """Runs `mainstay prove access`, without random policies."""
        result = asyncio.run(self._proven(progress))
        shown = (Shown("security-2", "proven", evidence(result)),) if result.holds else ()
        notes = tuple(f"{name} has a part that only the database can evaluate: not proven" for name in result.opaque)
        return Proof(shown, tuple(self._broken(result)), notes)

    async def _proven(self, progress: Progress) -> Result:
        async with opened("sqlite://") as database:
            return await prove(
                self.application,
                self.storage,
                database,
                serve=over_rest,
                scale=self.scale,
                progress=lambda doing, done, of: progress(f"proving access: {done} of {of or '?'} {doing}"),
            )

    def _broken(self, result: Result) -> Iterator[Broken]:
        for each in result.disagreements:
            yield Broken("access-disagrees", self._place(each.operation), each.what, witness=_witness(each))
        for each in result.differences:
            yield Broken("hidden-row-told", self._place(each.operation), each.what, witness=_witness(each))
        for outcome in result.survivors:
            what = f"nobody notices {outcome.mutant.site.name} with {outcome.mutant.change}"
            yield Broken("policy-unnoticed", outcome.mutant.site.name, what, "review", (outcome.why,))

    def _place(self, operation: str) -> str:
        found = next((each for each in self.application.operations if each.name == operation), None)
        return f"{found.method} {found.path}" if found is not None else operation


def evidence(result: Result) -> str:
    """What the proof counted, on one line."""
    counted = [each for each in result.outcomes if each.verdict != "equivalent"]
    killed = len(counted) - len(result.survivors)
    told = f"{sum(result.cells.values())} cells, {len(result.disagreements)} disagreements"
    return f"{told}, {killed} of {len(counted)} mutants"


def _witness(found: Disagreement) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for name, value in asdict(found).items() if name != "what" and value)
