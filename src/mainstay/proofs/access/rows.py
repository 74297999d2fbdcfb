"""Generated rows: few, and such that every leaf of every policy is true, false and null for some of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mainstay.operation import Application, Resource
from mainstay.policy.rows import World
from mainstay.policy.tree import ANYONE, ActorValue, Column, Compare, Exists, In, InClaim, Node, Now, Value
from mainstay.proofs.access.counting import Rule, policy_called, reach, tells
from mainstay.proofs.access.coverage import Seen
from mainstay.proofs.access.easing import allowed_by
from mainstay.proofs.access.equivalence import equivalent
from mainstay.proofs.access.foresight import possible_truths
from mainstay.proofs.access.mutations import Mutant, mutants
from mainstay.proofs.access.paths import chains
from mainstay.proofs.access.personas import Persona, account, table_of, telling
from mainstay.proofs.access.sites import Site, is_opaque, sites, truths
from mainstay.proofs.access.values import DAY, Values, constant
from mainstay.storage import Storage
from mainstay.tables import Reference, Table

Rows = dict[str, list[dict[str, Any]]]
TRIES = 100
"""Rows that are tried without any use before what is open is given up and reported."""

A_FEW = 2_000
"""Truths that are tried to see whether a mutant can be told apart at all, before rows are sought that do."""


@dataclass(frozen=True, slots=True)
class Generated:
    """Rows of every table in Python's form, in an order in which each finds what it refers to."""

    rows: Rows
    order: tuple[str, ...]
    late: frozenset[tuple[str, str]]
    """Tables and columns that refer to rows further down; null at first, set afterwards."""
    now: dt.datetime
    refused: int
    """Rows that a CHECK of the database would not take, and that were dropped."""

    def world(self, persona: Persona) -> World:
        """What a policy is evaluated in."""
        return World(persona.actor, self.now, self.rows, constant)


def generate(
    application: Application, storage: Storage, personas: Sequence[Persona], *, seed: int, count: int = 8
) -> Generated:
    """Rows from a seed, at least `count` in each table that can have so many, more where policies need them."""
    generator = Generator(application, storage, personas, seed)
    with contextlib.closing(generator.checks):
        return generator.generate(count)


class Generator:
    """The rows on their way."""

    def __init__(self, application: Application, storage: Storage, personas: Sequence[Persona], seed: int) -> None:
        self.application = application
        self.storage = storage
        self.personas = personas
        self.random = random.Random(seed)
        self.now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        self.sites = [site for site in sites(application) if not is_opaque(site.policy)]
        self.values = {key: Values(kind) for key, kind in storage.kinds.items()}
        self.account = account(application)
        self.owner = next((persona.actor.id for persona in personas if persona.owns), None)
        self.owned = set(self.owned_columns())
        self.interesting: dict[tuple[str, str], list[Any]] = {}
        for site in self.sites:
            for _, leaf in truths(site.policy):
                self.note(leaf, site)
        self.order, self.late = arranged(application)
        self.rows: Rows = {table.name: [] for table in application.tables}
        self.taken: set[tuple[Any, ...]] = set()
        self.made = dict.fromkeys(self.rows, 0)
        self.checks = Checks(storage)
        self.refused = 0

    def generate(self, count: int) -> Generated:
        """The rows."""
        for table in self.order:
            least = count
            if self.account is not None and table == self.account.table:
                least = max(count, len(self.personas) + 1)
            for _ in range(least * 3):
                if len(self.rows[table]) < least:
                    self.add(table)
        for table, column in sorted(self.late):
            self.connect(table, column)
        for site in self.sites:
            self.reach(site)
        for resource in self.application.resources:
            for chain in chains(self.application, resource):
                self.reach_hidden(resource, chain)
            self.reach_unread(resource)
        reach(self.application, self.counts, self.add, self.drop, TRIES)
        return Generated(self.rows, tuple(self.order), frozenset(self.late), self.now, self.refused)

    # What decides

    def owned_columns(self) -> Iterator[tuple[str, str]]:
        """Columns that hold an actor's identifier."""
        for site in self.sites:
            for _, node in truths(site.policy):
                match node:
                    case Compare(_, Column(source, name), ActorValue("id")) | Compare(
                        _, ActorValue("id"), Column(source, name)
                    ):
                        yield table_of(site.policy, source, site.table), name
        for table in self.application.tables:
            yield from ((table.name, column.name) for column in table.columns if column.default == "actor.id")

    def note(self, leaf: Node, site: Site) -> None:
        """Remembers the values that decide a leaf."""
        match leaf:
            case Compare(_, left, right):
                self.note_values(left, [right], site)
                self.note_values(right, [left], site)
            case In(value, options):
                self.note_values(value, options, site)
            case InClaim(Column(source, name) as column, claim):
                lists = [persona.actor.value(claim) for persona in self.personas]
                self.keep(
                    table_of(site.policy, source, site.table), name, [item for some in lists for item in some or ()]
                )
                self.keep(table_of(site.policy, column.source, site.table), name, [])

    def note_values(self, column: Node, others: Sequence[Node], site: Site) -> None:
        """Remembers the values that others give to be compared with a column."""
        if not isinstance(column, Column):
            return
        table = table_of(site.policy, column.source, site.table)
        for other in others:
            match other:
                case Value(value, kind) if value is not None:
                    self.keep(table, column.name, self.values[table, column.name].around(constant(value, kind)))
                case Now(seconds):
                    moment = self.now + dt.timedelta(seconds=seconds)
                    self.keep(table, column.name, [moment - DAY, moment + DAY])
                case ActorValue(claim) if claim != "id":
                    given = [persona.actor.value(claim) for persona in self.personas]
                    near = [
                        item
                        for value in given
                        if value is not None
                        for item in self.values[table, column.name].around(value)
                    ]
                    self.keep(table, column.name, near)
                case Column(source, name):
                    there = table_of(site.policy, source, site.table)
                    few = [self.values[there, name].different(number) for number in (0, 1)]
                    self.keep(table, column.name, [self.values[table, column.name].fit(value) for value in few])

    def keep(self, table: str, column: str, values: Sequence[Any]) -> None:
        """Adds values to those that decide something about a column."""
        known = self.interesting.setdefault((table, column), [])
        known.extend(value for value in values if value is not None and value not in known)

    # Rows

    def add(self, table: str) -> dict[str, Any] | None:
        """One more row of a table; None where it could not be made."""
        number = self.made[table]
        self.made[table] += 1
        row = self.row(self.application.table(table), number)
        if row is None or not self.is_new(table, row):
            return None
        if not self.checks.take(table, row):
            self.refused += 1
            return None
        self.rows[table].append(row)
        return row

    def drop(self, table: str, row: dict[str, Any]) -> None:
        """Takes the row that was added last away again."""
        self.rows[table].remove(row)
        self.taken -= set(self.unique_values(table, row))

    def row(self, table: Table, number: int) -> dict[str, Any] | None:
        """A row, or None where it would need another that is not there."""
        row: dict[str, Any] = {}
        for reference in table.references:
            if not self.refer(table, reference, row):
                return None
        for column in table.columns:
            if column.name not in row:
                row[column.name] = self.value(table, column.name, number)
        return {column.name: row[column.name] for column in table.columns}

    def refer(self, table: Table, reference: Reference, row: dict[str, Any]) -> bool:
        """Sets the columns of a reference; False where there is nothing to refer to."""
        optional = [name for name in reference.columns if table.column(name).nullable and name not in row]
        if optional and (any((table.name, name) in self.late for name in optional) or self.random.random() < 0.25):
            row.update(dict.fromkeys(optional))
        free = [name for name in reference.columns if name not in row]
        if not free:
            return True
        pairs = list(zip(reference.columns, reference.target, strict=True))
        fitting = [
            other
            for other in self.rows[reference.table]
            if all(row.get(name) in (None, other[target]) or name in free for name, target in pairs)
        ]
        if len(reference.columns) == 1 and (table.name, free[0]) in self.owned:
            owning = {persona.actor.id for persona in self.personas if persona.owns}
            known = {persona.actor.id for persona in self.personas}
            fitting = [other for other in fitting if other[pairs[0][1]] in owning or other[pairs[0][1]] not in known]
            some = [other for other in fitting if other[pairs[0][1]] in owning]
            first = [other for other in some if other[pairs[0][1]] == self.owner]
            dice = self.random.random()
            fitting = first if first and dice < 0.25 else some if some and dice < 0.6 else fitting
        if not fitting and optional:
            row.update(dict.fromkeys(optional))
            return True
        if not fitting:
            return False
        chosen = self.random.choice(fitting)
        row.update({name: chosen[target] for name, target in pairs if name in free})
        return True

    def value(self, table: Table, name: str, number: int) -> Any:
        """A value for a column that refers to nothing."""
        column, several = table.column(name), self.values[table.name, name]
        version = any(resource.version == name for resource in self.application.resources_of(table.name))
        if version:
            return 1
        here = self.account is not None and (table.name, name) == (self.account.table, self.account.column)
        if here or table.key == (name,):
            return several.different(number)
        deciding = self.interesting.get((table.name, name), [])
        if (table.name, name) in self.owned:
            deciding = [
                *deciding,
                *[self.owner] * 3,
                *[persona.actor.id for persona in self.personas if persona.owns],
                several.different(9999),
            ]
        if column.nullable and self.random.random() < 0.3:
            return None
        if any(name in columns for columns in (*table.unique, table.key)) and not deciding:
            return several.different(number)
        choices = deciding if deciding and self.random.random() < 0.85 else several.several() or deciding
        return self.random.choice(choices) if choices else several.different(number)

    def unique_values(self, table: str, row: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        """What no other row of the table may have."""
        described = self.application.table(table)
        for columns in (described.key, *described.unique):
            values = tuple(row[name] for name in columns)
            if None not in values:
                yield (table, columns, *values)

    def is_new(self, table: str, row: dict[str, Any]) -> bool:
        """Whether no other row has what must be unique; remembers it."""
        values = set(self.unique_values(table, row))
        if values & self.taken:
            return False
        self.taken |= values
        return True

    def connect(self, table: str, column: str) -> None:
        """Sets references to rows that were not there before."""
        for reference in self.application.table(table).references:
            if reference.columns == (column,):
                for place, row in enumerate(self.rows[table]):
                    own = reference.table == table  # rows before it, so that they form no circle
                    others = self.rows[table][:place] if own else self.rows[reference.table]
                    if others and self.random.random() < 0.7:
                        row[column] = self.random.choice(others)[reference.target[0]]

    # Goals

    def reach(self, site: Site) -> None:
        """Adds rows until every leaf and every mutant of a policy is told apart, or the tries are used up."""
        seen = Seen(self.application, site, tuple(self.personas))
        world = self.world(self.personas[0])
        seen.look(self.rows[site.table], world)
        waiting = [
            mutant
            for mutant in mutants(site)
            if not self.told_apart(mutant, self.rows[site.table])
            and not equivalent(mutant, self.application, most=A_FEW)
        ]
        through = [node.table for node in site.policy.walk() if isinstance(node, Exists)]
        tables = [item for table in through or [site.table] for item in (site.table, site.table, table)]
        useless = 0
        for number in itertools.count():
            missing = seen.missing
            if not waiting and not missing:
                return
            if useless >= TRIES * (1 + len(waiting)):
                self.vary(site, waiting)
                return
            table = tables[number % len(tables)]
            row = self.add(table)
            if row is None:
                useless += 1
                continue
            rows = [row] if table == site.table else self.near(site, row)
            seen.look(rows, world)
            still = [mutant for mutant in waiting if not self.told_apart(mutant, rows)]
            if len(still) == len(waiting) and seen.missing == missing:
                self.drop(table, row)
                useless += 1
            waiting = still

    def counts(self, rule: Rule) -> bool:
        """Whether somebody is told whether a rule of a computed field is kept."""
        policies = [rule.resource.read, rule.field.read]
        policies += [policy_called(self.application, name) for name in rule.counted.policies]
        some = telling(self.personas, [*policies, rule.computed.value])
        return any(tells(rule, self.application, self.storage, self.world(persona)) for persona in some)

    def world(self, persona: Persona) -> World:
        """What a policy is evaluated in."""
        return World(persona.actor, self.now, self.rows, constant)

    def vary(self, site: Site, waiting: Sequence[Mutant]) -> None:
        """Copies rows with one deciding value changed, and keeps those that tell a mutant from its policy."""
        table = self.application.table(site.table)
        left = list(waiting)
        deciding = [(name, values) for (owner, name), values in self.interesting.items() if owner == site.table]
        bound = {name for reference in table.references for name in reference.columns}
        for base in list(self.rows[site.table]):
            for name, values in deciding:
                for value in values if name not in bound and name not in table.key else ():
                    if not left:
                        return
                    self.made[site.table] += 1
                    fresh = {
                        own: self.values[site.table, own].different(self.made[site.table])
                        for columns in (table.key, *table.unique)
                        for own in columns
                        if own not in bound
                    }
                    row = {**base, **fresh, name: value}
                    if not self.is_new(site.table, row) or not self.checks.take(site.table, row):
                        continue
                    self.rows[site.table].append(row)
                    still = [mutant for mutant in left if not self.told_apart(mutant, [row])]
                    if len(still) == len(left):
                        self.drop(site.table, row)
                    left = still

    def reach_hidden(self, resource: Resource, chain: tuple[str, ...]) -> None:
        """Adds rows until somebody may read a row, and not one that is found at the end of a chain of relations."""
        tables = [resource.table]
        for name in chain:
            tables.append(self.application.table(tables[-1]).relation(name).target)
        policies = [other.read for table in tables for other in self.application.resources_of(table)]
        end = [other.read for other in self.application.resources_of(tables[-1])]
        if not end or ANYONE in end or self.has_hidden(resource, chain, self.rows[resource.table], policies):
            return
        for number in range(TRIES):
            table = tables[-1 - number % len(tables)]
            row = self.add(table)
            if row is None:
                continue
            rows = [row] if table == resource.table else self.rows[resource.table]
            if self.has_hidden(resource, chain, rows, policies):
                return
            self.drop(table, row)

    def reach_unread(self, resource: Resource) -> None:
        """Adds a row that a persona may not read, for each that may read all that there are and not all that can be."""
        for persona in telling(self.personas, [resource.read]):
            world, rows = self.world(persona), self.rows[resource.table]
            if possible_truths(resource.read, persona.actor, self.now, constant) <= {True}:
                continue
            if not all(allowed_by(resource.read, row, resource.table, world) for row in rows):
                continue
            for _ in range(TRIES):
                row = self.add(resource.table)
                if row is not None:
                    if not allowed_by(resource.read, row, resource.table, world):
                        break
                    self.drop(resource.table, row)

    def has_hidden(
        self,
        resource: Resource,
        chain: tuple[str, ...],
        rows: Sequence[dict[str, Any]],
        policies: Sequence[Node],
    ) -> bool:
        """Whether somebody may read one of the rows, and not one that it leads to."""
        for persona in telling(self.personas, policies):
            world = self.world(persona)
            here = [row for row in rows if allowed_by(resource.read, row, resource.table, world)]
            table = self.application.table(resource.table)
            for number, name in enumerate(chain, 1):
                relation = table.relation(name)
                for step in relation.steps:
                    there = self.rows[step.table]
                    here = [
                        other
                        for row in here
                        for other in there
                        if all(row[own] is not None and row[own] == other[its] for own, its in step.pairs)
                    ]
                table = self.application.table(relation.target)
                reads = [other.read for other in self.application.resources_of(table.name)]
                wanted = number < len(chain) or not reads
                here = [
                    row for row in here if any(allowed_by(read, row, table.name, world) for read in reads) == wanted
                ]
            if here:
                return True
        return False

    def near(self, site: Site, row: dict[str, Any]) -> list[dict[str, Any]]:
        """Rows of a policy's table that share a value with a row elsewhere, for which it may have changed something."""
        ids = {repr(value) for value in row.values() if value is not None}
        return [here for here in self.rows[site.table] if any(repr(value) in ids for value in here.values())][:6]

    def told_apart(self, mutant: Mutant, rows: Sequence[dict[str, Any]]) -> bool:
        """Whether a mutant decides otherwise than its policy for some persona and one of the rows."""
        site = mutant.site
        read = self.application.resource(site.resource).read
        behind_read = site.what in ("list", "update", "delete", "read field", "action")
        for persona in telling(self.personas, [site.policy, read] if behind_read else [site.policy]):
            world = self.world(persona)
            for row in rows:
                if behind_read and not allowed_by(read, row, site.table, world):
                    continue
                if allowed_by(site.policy, row, site.table, world) != allowed_by(mutant.policy, row, site.table, world):
                    return True
        return False


def arranged(application: Application) -> tuple[list[str], set[tuple[str, str]]]:
    """Tables, each after those it refers to, and the nullable references for which that cannot be."""
    waiting = {table.name: table for table in application.tables}
    order: list[str] = []
    late: set[tuple[str, str]] = set()
    while waiting:
        ready = [name for name, table in waiting.items() if not (set(needs(table)) & set(waiting) - {name})]
        free = [name for name, table in waiting.items() if not (set(needs(table, firm=True)) & set(waiting) - {name})]
        chosen = (ready or free or list(waiting))[0]
        for reference in waiting[chosen].references:
            if reference.table in waiting:
                names = [name for name in reference.columns if waiting[chosen].column(name).nullable]
                late.update((chosen, name) for name in names)
        order.append(chosen)
        del waiting[chosen]
    return order, late


def needs(table: Table, *, firm: bool = False) -> Iterator[str]:
    """The tables that a table refers to; only where it must, if `firm`."""
    for reference in table.references:
        if not firm or not any(table.column(name).nullable for name in reference.columns):
            yield reference.table


class Checks:
    """The CHECK constraints of the tables, asked of a database in memory."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.engine = sa.create_engine("sqlite://")
        self.connection: sa.Connection | None = self.engine.connect()
        try:
            storage.metadata.create_all(self.connection, tables=list(storage.tables.values()))
        except (sa.exc.CompileError, sa.exc.DBAPIError):
            self.close()

    def close(self) -> None:
        """Lets go of the database; in this thread, as SQLite asks."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        self.engine.dispose()

    def take(self, table: str, row: dict[str, Any]) -> bool:
        """Whether the database takes the row, as far as its own constraints go."""
        if self.connection is None:
            return True
        try:
            with self.connection.begin_nested() as transaction:
                self.connection.execute(sa.insert(self.storage.tables[table]).values(row))
                transaction.rollback()
        except sa.exc.IntegrityError:
            return False
        return True
