"""Personas: the actors that the policies of an application tell apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mainstay.actor import NOBODY, Actor
from mainstay.errors import Unauthenticated
from mainstay.identity import Credentials
from mainstay.operation import Application
from mainstay.policy.tree import ActorValue, All, Column, Compare, Exists, In, InClaim, Node, Role, Scope, Value
from mainstay.proofs.access.sites import is_leaf, sites, truths
from mainstay.proofs.access.values import Values, constant
from mainstay.storage import Storage

MOST_TOGETHER = 3
"""Of so many traits that a conjunction asks for, every subset is a persona; of more, all and each alone."""

Trait = tuple[str, str, Any]
"""`("role", "editor", None)`, `("scope", "recipes:write", None)`, `("claim", "tenant", 7)`."""


@dataclass(frozen=True, slots=True)
class Persona:
    """An actor that the proof plays."""

    name: str
    actor: Actor = field(hash=False)
    owns: bool = False
    """Whether generated rows may carry its identifier."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where actors' identifiers come from: the column that holds them, of a table of accounts or of any other."""

    table: str
    column: str


class Bearer:
    """An identity that knows the personas by name, and nobody else."""

    scheme = "Bearer"

    def __init__(self, personas: tuple[Persona, ...]) -> None:
        self.actors = {persona.name: persona.actor for persona in personas}

    async def identify(self, credentials: Credentials) -> Actor:
        """The persona whose name the credentials are."""
        actor = self.actors.get(credentials.value.replace("+", " "))
        if actor is None:
            raise Unauthenticated("Nobody has this name.")
        return actor


def account(application: Application) -> Account | None:
    """The column that actors' identifiers are of; None where no policy and no default asks for one."""
    compared = [
        (site.table, column)
        for site in sites(application)
        for _, node in truths(site.policy)
        for column in columns_against(node, "id", site.policy, site.table)
    ]
    defaults = [
        (table.name, column.name)
        for table in application.tables
        for column in table.columns
        if column.default == "actor.id"
    ]
    for table, column in [pair for _, pair in compared] + defaults:
        for reference in application.table(table).references:
            if reference.columns == (column,):
                return Account(reference.table, reference.target[0])
    for table, column in [pair for _, pair in compared] + defaults:
        return Account(table, column)
    return None


def columns_against(node: Node, claim: str, policy: Node, table: str) -> Iterator[tuple[str, str]]:
    """Tables and columns that a leaf compares with a claim of the actor's."""
    match node:
        case Compare(_, Column(source, name), ActorValue(said)) | Compare(_, ActorValue(said), Column(source, name)):
            if said == claim:
                yield table_of(policy, source, table), name
        case InClaim(Column(source, name), said):
            if said == claim:
                yield table_of(policy, source, table), name


def table_of(policy: Node, source: str, table: str) -> str:
    """The table that a source of a policy is."""
    for node in policy.walk():
        if getattr(node, "source", None) == source and hasattr(node, "table"):
            return str(node.table)
    return table


def personas(application: Application, storage: Storage) -> tuple[Persona, ...]:
    """Nobody, an owner, another, each role and scope alone, and what conjunctions need together."""
    claimed = claims(application, storage)
    sets: dict[tuple[tuple[Trait, ...], bool], None] = {((), True): None, ((), False): None}
    for site in sites(application):
        for _, node in truths(site.policy):
            for trait in traits(node, claimed):
                sets[(trait,), False] = None
        for traits_together, owning in conjunctions(site.policy, claimed):
            for some in subsets(traits_together):
                sets[some, False] = None
                if owning:
                    sets[some, True] = None
    where = account(application)
    values = Values(storage.kind(where.table, where.column)) if where is not None else None
    found = [Persona("nobody", NOBODY)]
    for number, (held, owns) in enumerate(sets):
        identifier = values.different(number) if values is not None else number + 1
        found.append(Persona(name_of(held, owns), actor(identifier, held), owns))
    return tuple(found)


def telling(every: Iterable[Persona], policies: Iterable[Node]) -> tuple[Persona, ...]:
    """Those personas that some of the policies tell apart, and always nobody, an owner and another."""
    nodes = [node for policy in policies for node in policy.walk()]
    roles = {node.name for node in nodes if isinstance(node, Role)}
    scopes = {node.name for node in nodes if isinstance(node, Scope)}
    named = {node.claim for node in nodes if isinstance(node, ActorValue | InClaim)}
    found: dict[Any, Persona] = {}
    for persona in every:
        actor = persona.actor
        values = tuple(repr(actor.value(claim)) for claim in sorted(named - {"id"}))
        owns = persona.owns and "id" in named
        traits_held = (actor.is_known, owns, actor.roles & roles, actor.scopes & scopes, values)
        found.setdefault(traits_held, persona)
        if persona.name == "owner":
            found.setdefault(persona.name, persona)
    return tuple(dict.fromkeys(found.values()))


def actor(identifier: Any, held: tuple[Trait, ...]) -> Actor:
    """An actor with these traits."""
    return Actor(
        identifier,
        frozenset(name for word, name, _ in held if word == "role"),
        frozenset(name for word, name, _ in held if word == "scope"),
        {name: value for word, name, value in held if word == "claim"},
    )


def name_of(held: tuple[Trait, ...], owns: bool) -> str:
    """A persona's name, in ASCII, since it travels as a credential."""
    if not held:
        return "owner" if owns else "other"
    words = [name if word != "claim" else f"{name}={short(value)}" for word, name, value in held]
    return " and ".join(words) + (" who owns" if owns else "")


def short(value: Any) -> str:
    """A claim's value in a few characters of ASCII."""
    text = "[" + ", ".join(short(item) for item in value) + "]" if isinstance(value, list) else str(value)
    return text.encode("ascii", "replace").decode()


def subsets(held: tuple[Trait, ...]) -> Iterator[tuple[Trait, ...]]:
    """Which of several traits a persona has, where one claim has one value."""
    sizes = range(1, len(held) + 1) if len(held) <= MOST_TOGETHER else (1, len(held) - 1, len(held))
    for size in sizes:
        for some in itertools.combinations(held, size):
            names = [name for word, name, _ in some if word == "claim"]
            if len(set(names)) == len(names):
                yield some


def conjunctions(policy: Node, claimed: Mapping[str, list[Any]]) -> Iterator[tuple[tuple[Trait, ...], bool]]:
    """What the parts of each AND ask of the actor together, and whether one of them asks who the actor is."""
    for _, node in truths(policy):
        if isinstance(node, All):
            below = [part for _, part in truths(node) if is_leaf(part)]
            held = list(dict.fromkeys(trait for part in below for trait in first_traits(part, claimed)))
            if held:
                yield tuple(held), any(asks_who(part) for part in below)


def asks_who(node: Node) -> bool:
    """Whether a leaf compares something with the actor's identifier."""
    return any(isinstance(part, ActorValue) and part.claim == "id" for part in node.walk())


def traits(node: Node, claimed: Mapping[str, list[Any]]) -> Iterator[Trait]:
    """What a leaf asks of the actor, with every value of a claim that it could tell apart."""
    if isinstance(node, Role):
        yield "role", node.name, None
    if isinstance(node, Scope):
        yield "scope", node.name, None
    for claim in claims_in(node):
        for value in claimed.get(claim, ()):
            yield "claim", claim, Held(value) if isinstance(value, list) else value


class Held(list[Any]):
    """A claim's list, hashable so that personas can be told apart."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))


def first_traits(node: Node, claimed: Mapping[str, list[Any]]) -> Iterator[Trait]:
    """What a leaf asks of the actor, with the first value of each claim."""
    seen: set[tuple[str, str]] = set()
    for trait in traits(node, claimed):
        if trait[:2] not in seen:
            seen.add(trait[:2])
            yield trait


def claims_in(node: Node) -> Iterator[str]:
    """The claims that a leaf names, apart from the identifier."""
    if not is_leaf(node):
        return
    for part in node.walk():
        if isinstance(part, ActorValue | InClaim) and part.claim != "id":
            yield part.claim


def claims(application: Application, storage: Storage) -> dict[str, list[Any]]:
    """For each claim that a policy names, values that its policies tell apart."""
    found: dict[str, list[Any]] = {}
    for site in sites(application):
        for _, node in truths(site.policy):
            for claim in dict.fromkeys(claims_in(node)):
                values = found.setdefault(claim, [])
                values.extend(
                    value
                    for value in claim_values(node, claim, site.policy, site.table, storage)
                    if value not in values
                )
    for table in application.tables:
        for column in table.columns:
            if column.default and column.default.startswith("actor.") and column.default != "actor.id":
                several = Values(storage.kind(table.name, column.name))
                found.setdefault(column.default.removeprefix("actor."), [several.different(0), several.different(1)])
    return found


def claim_values(node: Node, claim: str, policy: Node, table: str, storage: Storage) -> list[Any]:
    """Values of a claim for one leaf."""
    listed = isinstance(node, InClaim)
    for where, name in columns_against(node, claim, policy, table):
        several = Values(storage.kind(where, name))
        first, second = several.different(0), several.different(1)
        return [[first, second], [second], []] if listed else [first, second]
    match node:
        case Compare(_, Value(value, kind), ActorValue()) | Compare(_, ActorValue(), Value(value, kind)):
            return near(constant(value, kind))
        case In(ActorValue(), options):
            return [constant(option.value, option.kind) for option in options if isinstance(option, Value)] + near(
                "none"
            )
        case Exists():
            return []
        case _:
            return ["something"]


def near(value: Any) -> list[Any]:
    """A value and one that is not it, on either side of it where it has sides."""
    if isinstance(value, bool):
        return [value, not value]
    if isinstance(value, int | float):
        return [value, value - 1, value + 1]
    return [value, f"not {value}"] if isinstance(value, str) else [value]
