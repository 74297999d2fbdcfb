"""Random policies over the closed set of nodes: their SQL on a database against their evaluation in Python."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from mainstay.actor import Actor
from mainstay.backing.databases.database import Command, Database, Script
from mainstay.engine.sql.policy import Scope as Written, condition
from mainstay.engine.sql.statement import Binds, Inputs, compiled, converter
from mainstay.kinds import Boolean, Choice, Decimal, Identifier, Integer, Kind, KindType, Moment, Text
from mainstay.policy.decide import Decider, simplify
from mainstay.policy.rows import Truth, World, truth
from mainstay.policy.tree import (
    ANYONE,
    NOBODY,
    ActorValue,
    All,
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
    Operator,
    Role,
    Scope,
    SignedIn,
    Value,
)
from mainstay.proofs.access.values import constant
from mainstay.storage import Storage

T = TypeVar("T")
BATCH = 60
"""Policies that one statement evaluates."""

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
PEOPLE = [uuid.UUID(int=number) for number in (1, 2, 3)]

TABLES: dict[str, dict[str, tuple[Kind, bool]]] = {
    "things": {
        "id": (Integer(), False),
        "owner": (Identifier(), True),
        "shown": (Boolean(), False),
        "closed": (Boolean(), True),
        "level": (Integer(), True),
        "size": (Integer(), False),
        "word": (Text(), True),
        "state": (Choice(words=("draft", "public")), False),
        "price": (Decimal(), True),
        "since": (Moment(), True),
    },
    "links": {
        "id": (Integer(), False),
        "thing": (Integer(), True),
        "person": (Identifier(), True),
        "level": (Integer(), True),
        "open": (Boolean(), True),
    },
}
"""Columns, their kinds, and whether they can be null."""

POOL: dict[str, tuple[Any, ...]] = {
    "uuid": tuple(PEOPLE),
    "boolean": (True, False),
    "integer": (1, 2, 3),
    "text": ("a", "b", "ä"),
    "choice": ("draft", "public"),
    "decimal": ("1.00", "2.50"),
    "moment": ("2026-11-21T11:00:00+00:00", "2026-11-21T13:00:00+00:00"),
}
"""Constants of each kind, in the wire's form, few so that they meet."""

ACTORS = (
    Actor(),
    Actor(PEOPLE[0]),
    Actor(PEOPLE[1], frozenset({"admin"}), frozenset({"write"}), {"level": 2, "levels": [1, 2], "word": "a"}),
    Actor(PEOPLE[2], frozenset({"editor"}), frozenset(), {"levels": [], "words": ["a", "b"], "word": None}),
)
CLAIMS = {"uuid": ("id",), "integer": ("level", "none"), "text": ("word", "none")}
LISTS = {"integer": ("levels", "none"), "text": ("words", "none")}


YES: sa.ColumnElement[int] = sa.literal_column("1")
NO: sa.ColumnElement[int] = sa.literal_column("0")
UNKNOWN: sa.ColumnElement[int] = sa.literal_column("2")


EQUAL: tuple[Operator, ...] = ("eq", "ne")
ORDERED: tuple[Operator, ...] = (*EQUAL, "lt", "lte", "gt", "gte")


class Chooser(Protocol):
    """Where chance comes from: `random.Random`, or hypothesis, which makes a policy smaller where it fails."""

    def choice(self, options: Sequence[T], /) -> T:
        """One of the options."""


def policy(chooser: Chooser, depth: int = 3, scope: tuple[tuple[str, str], ...] = (("things", "things"),)) -> Node:
    """A policy over `things`; `scope` has the sources by name and table."""
    kinds: list[str] = ["leaf"] * 3 if depth else ["leaf"]
    if depth:
        kinds += ["all", "any", "not", "exists", "all", "any"]
    kind = chooser.choice(kinds)
    if kind in ("all", "any"):
        parts = tuple(policy(chooser, depth - 1, scope) for _ in range(chooser.choice((1, 2, 3))))
        return All(parts) if kind == "all" else Any_(parts)
    if kind == "not":
        return Not(policy(chooser, depth - 1, scope))
    if kind == "exists" and len(scope) < 3:
        source = f"inner{len(scope)}"
        table = chooser.choice(("links", "links", "things"))
        inner = (*scope, (source, table))
        where = policy(chooser, depth - 1, inner)
        if chooser.choice((True, True, False)):
            own = Column(source, "thing" if table == "links" else "id")
            outer = Column(scope[-1][0], "id" if scope[-1][1] == "things" else "thing")
            where = All((Compare("eq", own, outer), where))
        return Exists(table, source, where)
    return leaf(chooser, scope)


def leaf(chooser: Chooser, scope: tuple[tuple[str, str], ...]) -> Node:
    """A truth that is made of no other."""
    word = chooser.choice(("actor", "boolean", "null", "in", "claim", "compare", "compare", "compare", "compare"))
    if word == "actor":
        return chooser.choice((SignedIn(), Role("admin"), Role("editor"), Scope("write"), ANYONE, NOBODY))
    source, table = chooser.choice(scope)
    if word == "boolean":
        return Column(source, chooser.choice(named(table, "boolean")))
    name = chooser.choice(tuple(TABLES[table]))
    kind = TABLES[table][name][0].name
    column = Column(source, name)
    if word == "null":
        return IsNull(chooser.choice((column, ActorValue("id"), ActorValue("level"))))
    if word == "in":
        options = [value(chooser, kind) for _ in range(chooser.choice((0, 1, 2)))]
        return In(column, tuple(options))
    if word == "claim" and kind in LISTS:
        return InClaim(column, chooser.choice(LISTS[kind]))
    operator = chooser.choice(EQUAL if kind == "boolean" else ORDERED)
    return Compare(operator, column, operand(chooser, kind, scope))


def named(table: str, kind: str) -> tuple[str, ...]:
    """The columns of a table that are of a kind."""
    return tuple(name for name, (known, _) in TABLES[table].items() if known.name == kind)


def value(chooser: Chooser, kind: str) -> Node:
    """A constant of a kind, or null."""
    wire = chooser.choice((*POOL[kind], None))
    wire = str(wire) if isinstance(wire, uuid.UUID) else wire
    return Value(wire, kind if wire is not None else "")


def operand(chooser: Chooser, kind: str, scope: tuple[tuple[str, str], ...]) -> Node:
    """What a column of a kind is compared with."""
    choices: list[Callable[[], Node]] = [lambda: value(chooser, kind)]
    if kind in CLAIMS:
        choices.append(lambda: ActorValue(chooser.choice(CLAIMS[kind])))
    if kind == "moment":
        choices.append(lambda: Now(chooser.choice((0.0, 3600.0, -3600.0))))
    others = [(source, name) for source, table in scope for name in named(table, kind)]
    choices.append(lambda: Column(*chooser.choice(others)))
    return chooser.choice(choices)()


def storage() -> Storage:
    """The tables."""
    metadata = sa.MetaData()
    kinds: dict[tuple[str, str], Kind] = {}
    tables: dict[str, sa.Table] = {}
    for name, columns in TABLES.items():
        made: list[sa.Column[Any]] = [
            sa.Column(column, KindType(kind), nullable=nullable, primary_key=column == "id", autoincrement=False)
            for column, (kind, nullable) in columns.items()
        ]
        tables[name] = sa.Table(name, metadata, *made, sqlite_strict=True)
        kinds.update({(name, column): kind for column, (kind, _) in columns.items()})
    return Storage(metadata, tables, kinds, {}, {}, {})


def some_rows(seed: int) -> dict[str, list[dict[str, Any]]]:
    """A dozen rows of each table, with every value of the pools and nulls."""
    chance = random.Random(seed)
    found: dict[str, list[dict[str, Any]]] = {}
    for table, columns in TABLES.items():
        found[table] = []
        for number in range(12):
            row: dict[str, Any] = {}
            for name, (kind, nullable) in columns.items():
                wire = chance.choice(POOL[kind.name])
                python = wire if isinstance(wire, uuid.UUID) else constant(wire, kind.name)
                row[name] = None if nullable and chance.random() < 0.3 else python
            found[table].append({**row, "id": number})
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A policy whose SQL and whose evaluation in Python differ for some row."""

    policy: Node
    actor: Actor
    row: Mapping[str, Any]
    expected: Truth
    got: Truth


@dataclass(frozen=True, slots=True)
class Trial:
    """How many policies were tried on a database, and which came out differently."""

    database: str
    policies: int
    disagreements: tuple[Difference, ...]

    @property
    def sentence(self) -> str:
        """The trial in words."""
        first = f", the first: {self.disagreements[0]}" if self.disagreements else ""
        return f"{self.policies} random policies on {self.database}: {len(self.disagreements)} disagreements{first}."


class Arena:
    """A database with the tables in it, in which policies are evaluated."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.storage = storage()
        self.rows = some_rows(seed)

    async def fill(self) -> None:
        """Makes the tables with their rows."""
        await self.database.create_missing(self.storage.metadata)
        await self.database.write(self.filling)

    async def drop(self) -> None:
        """Takes the tables away."""
        texts = [f"DROP TABLE {name}" for name in TABLES]
        await self.database.write(lambda: commands(texts))

    def filling(self) -> Script[None]:
        """Every row."""
        for name, table in self.storage.tables.items():
            for row in self.rows[name]:
                binds = {
                    column.name: sa.bindparam(f"v{place}", type_=column.type)
                    for place, column in enumerate(table.columns)
                }
                made: Any = sa.insert(table).values(binds).compile(dialect=self.database.dialect)
                values = []
                for place in made.positiontup:
                    column = list(table.columns)[int(place[1:])]
                    convert = converter(column.type, self.database.dialect)
                    given = row[column.name]
                    values.append(given if given is None or convert is None else convert(given))
                yield Command(str(made), tuple(values))

    async def differing(self, policies: Sequence[Node], actor: Actor) -> list[Difference]:
        """Those of the policies, all for one actor, whose SQL says something else of some row than Python.

        Before a row is looked at the actor's part is decided; so each is evaluated twice, as it is
        decided for filtering, where null is as good as false, and with its three truths.
        """
        wanted: list[tuple[Node, Node, bool]] = []
        for one in policies:
            wanted.append((one, simplify(one, actor), True))
            wanted.append((one, Decider(one).decide(actor).condition, False))
        answers = await self.evaluated([node for _, node, _ in wanted], actor)
        world = World(actor, NOW, self.rows, constant)
        found = []
        for row, truths in zip(self.rows["things"], answers, strict=True):
            expected: dict[int, Truth] = {}
            for (one, _, three), got in zip(wanted, truths, strict=True):
                if id(one) not in expected:
                    expected[id(one)] = truth(one, {"things": row}, world)
                right = expected[id(one)]
                if (right != got) if three else ((right is True) != (got is True)):
                    found.append(Difference(one, actor, row, right, got))
        return found

    async def evaluated(self, nodes: Sequence[Node], actor: Actor) -> list[list[Truth]]:
        """The truths of the nodes for each row of `things`, in one statement."""
        binds = Binds()
        table = self.storage.tables["things"]
        scope = Written(self.storage, self.database.dialect, binds, {"things": table}, {"things": "things"})
        columns = []
        for node in nodes:
            written = condition(node, scope)
            columns.append(sa.case((written, YES), (sa.not_(written.self_group()), NO), else_=UNKNOWN))
        select = sa.select(*[column.label(f"t{place}") for place, column in enumerate(columns)]).order_by(table.c.id)
        statement = compiled(select.select_from(table), binds, self.database.dialect)
        rows = await self.database.read(statement.text, statement.values(Inputs(actor, lambda: NOW)))
        return [[{1: True, 0: False, 2: None}[int(item)] for item in row] for row in rows]


def commands(texts: Sequence[str]) -> Script[None]:
    """Texts as a script."""
    for text in texts:
        yield Command(text)


def many(seed: int, count: int) -> Iterator[tuple[list[Node], Actor]]:
    """So many random policies in batches, each batch for one actor."""
    chance = random.Random(seed)
    number = 0
    while number < count:
        size = min(BATCH, count - number)
        yield [policy(chance) for _ in range(size)], ACTORS[(number // BATCH) % len(ACTORS)]
        number += size


async def tried(
    database: Database, *, count: int, seed: int = 1, progress: Callable[[str, int, int], None] | None = None
) -> Trial:
    """So many random policies evaluated on a database that is open, and in Python."""
    arena = Arena(database, seed)
    await arena.fill()
    found: list[Difference] = []
    done = 0
    for policies, actor in many(seed, count):
        found.extend(await arena.differing(policies, actor))
        done += len(policies)
        if progress is not None:
            progress("random policies", done, count)
    await arena.drop()
    return Trial(database.name, count, tuple(found))
