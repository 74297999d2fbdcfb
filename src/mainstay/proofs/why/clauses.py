"""A policy with the truth of each of its clauses, and the values that made it."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from mainstay.policy.rows import CannotEvaluate, Row, Truth, World, conjunction, disjunction, negation, truth
from mainstay.policy.sentence import sentence, value_of as named
from mainstay.policy.tree import (
    ActorValue,
    All,
    Any_,
    Column,
    Exists,
    InClaim,
    Node,
    Not,
    Now,
    Opaque,
    Role,
    Scope,
    SignedIn,
    tables_in,
)
from mainstay.proofs.access.foresight import EVERY, Truths, follow

FEW = 3
"""Rows that are told of a table that a clause looks through, those first for which it is true."""
LOOKED_AT = 100
"""Rows among which those are sought."""
NOT_TOLD = "(secret)"
WORDS: Mapping[Truth, str] = {True: "true", False: "false", None: "null"}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, the truths that it can have (one, where its values are known), and the clauses that it is made of."""

    text: str
    truths: Truths
    values: tuple[tuple[str, Any], ...] = ()
    parts: tuple[Clause, ...] = ()
    joined: str = ""
    """`all of`, `any of` or `not`, where it is made of others; `a row` for each row that was looked at."""
    by_database: bool = False
    """Whether the database was asked, since Python cannot evaluate it."""

    @property
    def word(self) -> str:
        """`true`, `false`, `null`, or `open` where that depends on what is not known."""
        return WORDS[next(iter(self.truths))] if len(self.truths) == 1 else "open"

    @property
    def allows(self) -> bool:
        """Whether it is true for certain."""
        return self.truths == {True}

    @property
    def refuses(self) -> bool:
        """Whether it cannot be true."""
        return True not in self.truths


@dataclass(frozen=True, slots=True)
class Asking:
    """What clauses are evaluated in."""

    world: World
    own: str
    """The table whose columns are told without its name."""
    answered: Mapping[Node, Truths]
    """The truths of those clauses that Python cannot evaluate."""
    secret: Callable[[str, str], bool]
    """Whether a table's column is never told."""


def clause(node: Node, sources: Mapping[str, Row], asking: Asking, tables: Mapping[str, str]) -> Clause:
    """The clause for the rows that `sources` names, whose tables `tables` has; open where a row is not there."""
    text = sentence(node, asking.own)
    match node:
        case All(parts) | Any_(parts):
            below = tuple(clause(part, sources, asking, tables) for part in parts)
            combine, joined = (conjunction, "all of") if isinstance(node, All) else (disjunction, "any of")
            return Clause(text, combined([one.truths for one in below], combine), parts=below, joined=joined)
        case Not(part):
            inner = clause(part, sources, asking, tables)
            truths = frozenset(negation(value) for value in inner.truths)
            return Clause(text, truths, parts=(inner,), joined="not")
    values = tuple(dict(values_in(node, sources, asking, tables)).items())
    if node in asking.answered:
        answered = asking.answered[node]
        return Clause(text, answered, values, by_database=len(answered) == 1)
    if any(isinstance(part, Opaque) for part in node.walk()):
        return Clause(text, EVERY, values)
    if not is_known(node, sources):
        return Clause(text, follow(node, asking.world), values)
    try:
        found: Truths = frozenset({truth(node, sources, asking.world)})
    except CannotEvaluate:
        return Clause(text, EVERY, values)
    if not isinstance(node, Exists):
        return Clause(text, found, values)
    rows = asking.world.tables[node.table]
    values = (*values, (f"rows of {node.table} looked at", len(rows)))
    inside = {**tables, node.source: node.table}
    seen = [clause(node.where, {**sources, node.source: row}, asking, inside) for row in rows[:LOOKED_AT]]
    seen.sort(key=lambda one: not one.allows)
    return Clause(text, found, values, tuple(seen[:FEW]), joined="a row")


def combined(several: Iterable[Truths], combine: Callable[[Iterable[Truth]], Truth]) -> Truths:
    """What combinations of possible truths come to; an AND or an OR of none is what `combine` says it is."""
    found: Truths = frozenset({combine(())})
    for truths in several:
        found = frozenset(combine(pair) for pair in product(found, truths))
    return found


def is_known(node: Node, sources: Mapping[str, Row]) -> bool:
    """Whether every column that it looks at, besides those of rows that it finds by itself, has a value."""
    inner = tables_in(node)
    columns = [part for part in node.walk() if isinstance(part, Column) and part.source not in inner]
    return all(part.name in sources.get(part.source, {}) for part in columns)


def values_in(
    node: Node, sources: Mapping[str, Row], asking: Asking, tables: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """The values that a clause looks at, by what they are called in it."""
    actor = asking.world.actor
    for part in node.walk():
        match part:
            case Column(source, name) if name in sources.get(source, {}):
                secret = asking.secret(tables[source], name)
                yield named(part, asking.own), NOT_TOLD if secret else plain(sources[source][name])
            case ActorValue(claim) | InClaim(claim=claim):
                yield f"actor.{claim}", plain(actor.value(claim))
            case Role():
                yield "the caller's roles", sorted(actor.roles)
            case Scope():
                yield "the caller's scopes", sorted(actor.scopes)
            case SignedIn():
                yield "the caller", plain(actor.id) if actor.is_known else "nobody"
            case Now():
                yield "now", plain(asking.world.now)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case dt.date() | dt.time():
            return value.isoformat()
        case uuid.UUID() | decimal.Decimal():
            return str(value)
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            return str(value)
