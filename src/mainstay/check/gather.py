"""From a project to its facts: the modules are followed, then the functions that callers reach, then the others."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mainstay.check.facts import Fact, Facts, Handler
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program, Run
from mainstay.check.flow.value import Closure, Value
from mainstay.check.project import Project
from mainstay.check.reading import LOOSE, readers
from mainstay.check.reading.reader import Located, stands_in
from mainstay.check.source import Place, Skipped
from mainstay.check.stacks import ALL as STACKS
from mainstay.check.stacks.stack import Stack

TESTS = re.compile(
    r"(^|/)(tests?|__tests__|spec)/|(^|/)(test_[^/]*|conftest)\.py$|(^|/)src/(it|integrationTest|testFixtures)/|(Tests?|IT)\.java$|_test\.py$|[._](test|spec)\.[jt]sx?$"
)


def gather(project: Project, environment: Mapping[str, str] | None = None) -> Facts:
    """Everything that can be found out about a project without running it.

    What `environment` tells of the variables that it runs with decides which of its branches are followed.
    """
    program = Program(project.units, project.modules)
    program.documents = [each for each in project.others if each.language == "openapi"]
    stacks = [each for each in STACKS if each.present(program, project.manifests)]
    follower = Follower(program, replace(inputs_of(stacks), environment=environment or {}))
    facts = Facts(
        skipped=project.skipped,
        lines=project.lines,
        files=project.files,
        stacks=frozenset([*(each.name for each in stacks), *project.stacks]),
        loose=list(project.told),
        partial=project.followed is not None,
    )
    for unit in project.units:
        facts.sources.setdefault(unit.source.path, []).append(unit.source)
        with _passed_over(facts, unit.source.place(1)):
            follower.module(unit)
    for source in project.others:
        facts.sources.setdefault(source.path, []).append(source)
    for run in follower.modules:
        if not project.follows(run.unit):
            continue
        with _passed_over(facts, run.place):
            facts.handlers.append(_handler(run))
    done: set[int] = set()
    for stack in stacks:
        for entry in stack.entries(follower):
            done.add(id(entry.closure.function))
            if not project.follows(entry.closure.unit):
                if entry.route is not None:
                    facts.routes.append(entry.route)
                continue
            with _passed_over(facts, entry.closure.unit.place(entry.closure.function)):
                handler = _followed(follower, entry.closure, entry.parameters)
                facts.handlers.append(handler)
                if entry.route is not None:
                    handler.route = entry.route
                    entry.route.handler = handler
                    facts.routes.append(entry.route)
    while left := [(key, each) for key, each in follower.closures.items() if key not in done]:
        for key, closure in left:
            done.add(key)
            if not project.follows(closure.unit):
                continue
            with _passed_over(facts, closure.unit.place(closure.function)):
                facts.handlers.append(_followed(follower, closure, {}, alone=True))
    for reader in LOOSE:
        facts.loose += reader(project, follower)
    _without(facts, follower.dead)
    return facts


def _without(facts: Facts, dead: Iterable[Place]) -> None:
    """Takes out what stands in branches that the environment switches off."""
    lines: dict[str, set[int]] = {}
    for each in dead:
        lines.setdefault(each.path, set()).update(range(each.line, each.end + 1))
    for handler in facts.handlers if lines else ():
        handler.facts = [each for each in handler.facts if each.place.line not in lines.get(each.place.path, ())]
    if lines:
        facts.loose = [each for each in facts.loose if each.place.line not in lines.get(each.place.path, ())]


@contextlib.contextmanager
def _passed_over(facts: Facts, place: Place) -> Iterator[None]:
    """A function that nobody foresaw must not end the review of all others: it is told, and passed over."""
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        why = f"could not be followed ({type(error).__name__}: {error})"
        facts.skipped.append(Skipped(place.path, place.line, why))


def _followed(follower: Follower, closure: Closure, parameters: dict[str, Value], *, alone: bool = False) -> Handler:
    run = follower.function(closure, parameters, shallow=alone and closure.unit.source.declares_types)
    handler = _handler(run)
    follower.forget(run)
    return handler


def inputs_of(stacks: Iterable[Stack]) -> Inputs:
    """What all these stacks tell about where the caller's text comes in."""
    attributes: dict[str, dict[str, str]] = {}
    registers: frozenset[str] = frozenset()
    types: tuple[str, ...] = ()
    for stack in stacks:
        for kind, table in stack.inputs.attributes.items():
            attributes[kind] = {**attributes.get(kind, {}), **table}
        registers |= stack.inputs.registers
        types += stack.inputs.registering_types
    return Inputs(attributes, registers, types)


def _handler(run: Run) -> Handler:
    located: list[Located] = []
    for reader in readers(run.unit.source):
        located += reader(run)
    located.sort(key=lambda each: each[0])
    function = run.function
    path = run.unit.source.path
    facts: list[Fact] = [fact for _, fact in located]
    return Handler(
        name=function.label if function is not None else "",
        place=run.place,
        language=run.unit.source.language,
        is_async=function.is_async if function is not None else False,
        facts=facts,
        parameters={each.name: "" for each in function.parameters} if function is not None else {},
        decorators=tuple(each.path or each.type for each in run.decorators),
        test=TESTS.search(path) is not None,
        calls=frozenset(each.name for each in run.calls),
        names=frozenset(stands_in(run)),
    )
