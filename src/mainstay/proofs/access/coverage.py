"""Coverage: which truths the leaves of a policy could have, and which they had on the generated rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mainstay.operation import Application
from mainstay.policy.rows import Row, Truth, World, truth
from mainstay.policy.tree import (
    ActorValue,
    All,
    Always,
    Any_,
    Column,
    Compare,
    Exists,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Now,
    Opaque,
    Role,
    Scope,
    SignedIn,
    Value,
)
from mainstay.proofs.access.easing import eased
from mainstay.proofs.access.personas import Persona, table_of, telling
from mainstay.proofs.access.sites import Path, Site, is_opaque, leaves, text

WORDS: dict[Truth, str] = {True: "true", False: "false", None: "null"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one leaf of one policy: the truths that it can have and those that it had."""

    site: str
    leaf: str
    possible: frozenset[Truth]
    seen: frozenset[Truth]

    @property
    def missing(self) -> tuple[str, ...]:
        """The truths that it could have had, in words."""
        return tuple(WORDS[value] for value in (True, False, None) if value in self.possible - self.seen)


def coverage(
    application: Application, every: Iterable[Site], personas: Iterable[Persona], world: World
) -> tuple[Coverage, ...]:
    """The coverage of every leaf of every policy."""
    found: list[Coverage] = []
    every_persona = tuple(personas)
    for site in every:
        seen = Seen(application, site, every_persona)
        if not is_opaque(site.policy):
            seen.look(world.tables[site.table], world)
        for path, leaf in leaves(seen.policy):
            found.append(Coverage(site.name, text(leaf), seen.wanted[path], frozenset(seen.seen[path])))
    return tuple(found)


class Seen:
    """The truths that the leaves of one policy had on the rows looked at so far."""

    def __init__(self, application: Application, site: Site, personas: tuple[Persona, ...]) -> None:
        self.site = site
        self.actors = [persona.actor for persona in telling(personas, [site.policy])]
        self.policy = eased(site.policy)
        self.wanted = {path: possible(leaf, site, application) for path, leaf in leaves(self.policy)}
        self.seen: dict[Path, set[Truth]] = {path: set() for path in self.wanted}

    def look(self, rows: Iterable[Row], world: World) -> None:
        """Notes the truths for some rows and every persona that the policy tells apart."""
        here = [replace(world, actor=actor) for actor in self.actors]
        for row in rows:
            if not self.missing:
                return
            for there in here:
                observe(self.policy, (), {self.site.table: row}, there, self.seen, self.wanted)

    @property
    def missing(self) -> int:
        """How many truths are not seen yet."""
        return sum(len(truths - self.seen[path]) for path, truths in self.wanted.items())


def observe(
    node: Node,
    path: Path,
    sources: Mapping[str, Row],
    world: World,
    seen: dict[Path, set[Truth]],
    wanted: Mapping[Path, frozenset[Truth]],
) -> None:
    """Notes the truth of every leaf below for these rows."""
    match node:
        case All(parts) | Any_(parts):
            inside = ("where", None) in path
            for place, part in enumerate(parts):
                if inside and isinstance(part, Exists) and not matters(parts, part, sources, world):
                    continue
                observe(part, (*path, ("parts", place)), sources, world, seen, wanted)
        case Not(part):
            observe(part, (*path, ("part", None)), sources, world, seen, wanted)
        case Exists(table, source, where):
            if not wanted[path] <= seen[path]:
                seen[path].add(truth(node, sources, world))
            inner = [known for known in wanted if known[: len(path) + 1] == (*path, ("where", None))]
            for row in world.tables[table]:
                if all(wanted[known] <= seen[known] for known in inner):
                    break
                observe(where, (*path, ("where", None)), {**sources, source: row}, world, seen, wanted)
        case _:
            if not wanted[path] <= seen[path]:
                seen[path].add(truth(node, sources, world))


def matters(parts: tuple[Node, ...], part: Node, sources: Mapping[str, Row], world: World) -> bool:
    """Whether the rows at hand are ones for which, inside an `Exists`, a deeper one is asked at all."""
    return all(truth(other, sources, world) is True for other in parts if not isinstance(other, Exists))


def possible(leaf: Node, site: Site, application: Application) -> frozenset[Truth]:
    """The truths that a leaf can have, whatever the rows and the actor."""
    match leaf:
        case Always(allowed):
            return frozenset({allowed})
        case SignedIn() | Role() | Scope() | Exists():
            return frozenset({True, False})
        case IsNull(value):
            return frozenset({True, False}) if nullable(value, site, application) else frozenset({False})
        case Column() | Value():
            return frozenset({True, False, None} if nullable(leaf, site, application) else {True, False})
        case Compare(_, left, right):
            null = nullable(left, site, application) or nullable(right, site, application)
            return frozenset({True, False, None} if null else {True, False})
        case In(value, options):
            null = any(nullable(part, site, application) for part in (value, *options))
            return frozenset({True, False, None} if null else {True, False})
        case InClaim():
            return frozenset({True, False, None})
        case Opaque():
            return frozenset({True, False})
    return frozenset()


def nullable(value: Node, site: Site, application: Application) -> bool:
    """Whether a value can be null."""
    match value:
        case Column(source, name):
            return application.table(table_of(site.policy, source, site.table)).column(name).nullable
        case ActorValue():
            return True
        case Value(constant):
            return constant is None
        case Now():
            return False
    return True
