"""Readers: each turns what was seen of a followed function into facts of one kind, whatever stack it belongs to.

A reader is a function of a `Run` that yields facts with the position at which they happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mainstay.check.facts import Fact, Setting
from mainstay.check.flow.follow import Follower
from mainstay.check.project import Project
from mainstay.check.reading import (
    answers,
    builders,
    caching,
    certificates,
    classes,
    configured,
    cookies,
    expressions,
    golang,
    health,
    java,
    libraries,
    lookups,
    nestjs,
    outgoing,
    queries,
    rustlang,
    secrets,
    signing_in,
    sinks,
    strength,
    tables,
    testing,
    texts,
    tokens,
)
from mainstay.check.reading.reader import Reader
from mainstay.check.source import Place, Source

ALL: tuple[Reader, ...] = (
    queries.read,
    lookups.read,
    sinks.read,
    outgoing.read,
    answers.read,
    tokens.read,
    strength.read,
    cookies.read,
    signing_in.read,
    certificates.read,
    caching.read,
    configured.read,
    health.read,
    libraries.read,
    builders.read,
    nestjs.read,
    texts.set_headers,
)
"""Readers of functions of Python and JavaScript."""
SHARED: tuple[Reader, ...] = (lookups.read, health.read)
OWN: dict[str, tuple[Reader, ...]] = {"go": golang.ALL, "java": java.ALL, "rust": rustlang.ALL}
"""Readers of functions of languages that have their own."""


def readers(source: Source) -> tuple[Reader, ...]:
    """The readers of functions of a text."""
    own = OWN.get(source.language)
    return (*own, *SHARED) if own is not None else ALL


def _secrets(project: Project, follower: Follower) -> Iterable[Fact]:
    for unit in project.units:
        if project.follows(unit):
            yield from secrets.read(unit)


def _units(project: Project, follower: Follower) -> Iterable[Fact]:
    followed = [unit for unit in project.units if project.follows(unit)]
    yield from classes.read(followed, follower)
    yield from expressions.read(followed)
    yield from libraries.imported(followed, project.manifests)
    yield from testing.read(followed)


def _sources(project: Project, follower: Follower) -> Iterable[Fact]:
    for source in project.others:
        if source.language in ("http", "plain"):
            yield from texts.headers(source)
        elif source.language == "graphql":
            yield from texts.graph_fields(source)
        elif source.language in ("properties", "yaml"):
            yield from java.settings.read(source)
    if "spring-boot-starter-actuator" in project.manifests:
        yield Setting(place=Place("pom.xml", 1), name="actuator", stack="actuator")


LOOSE: tuple[Callable[[Project, Follower], Iterable[Fact]], ...] = (_secrets, _units, _sources, tables.read)
"""Readers of whole projects."""
