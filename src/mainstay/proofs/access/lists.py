"""What the lists in a body must come to: rows that are owned, and links, each under its own policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mainstay.named import named
from mainstay.operation import Application, Field, Links, Owned, Resource
from mainstay.policy.rows import World
from mainstay.policy.tree import Node
from mainstay.proofs.access.cells import Line, Row
from mainstay.proofs.access.easing import allowed_by
from mainstay.proofs.access.personas import Persona
from mainstay.proofs.access.rows import Generated
from mainstay.storage import Storage

Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Made:
    """A row that must be made; `given` are its columns that are known beforehand."""

    table: str
    row: dict[str, Any]
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that must be changed, and to what."""

    table: str
    old: Row
    row: dict[str, Any]


@dataclass(slots=True)
class Wanted:
    """What the lists of one body come to."""

    owner: Row = field(default_factory=dict)
    """The row that the lists are written with, as it will be."""
    refused: set[int] = field(default_factory=set)
    """Statuses of what is wrong, any of which may be told."""
    perhaps: set[int] = field(default_factory=set)
    """Statuses that a constraint of the database may add, of which the oracle knows no more."""
    made: list[Made] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    gone: list[tuple[str, Row]] = field(default_factory=list)
    orders: list[tuple[str, str, list[Row]]] = field(default_factory=list)
    """Tables and columns by which these rows must be in this order."""
    judged: list[tuple[Sequence[Node], str, Row]] = field(default_factory=list)
    """Policies that must be true of rows as they have become."""

    @property
    def outcome(self) -> tuple[Any, ...]:
        """Equal for lists that come to the same."""
        changed = tuple(sorted((one.table, *sorted(names_changed(one))) for one in self.changed))
        made, gone = sorted(one.table for one in self.made), sorted(table for table, _ in self.gone)
        return tuple(made), changed, tuple(gone)

    def tables(self, tables: Tables) -> dict[str, Sequence[Row]]:
        """Every row as it will be."""
        found: dict[str, Sequence[Row]] = dict(tables)
        for table, row in self.gone:
            found[table] = [other for other in found[table] if other is not row]
        for change in self.changed:
            found[change.table] = [change.row if other is change.old else other for other in found[change.table]]
        for made in self.made:
            found[made.table] = [*found[made.table], made.row]
        return found


def names_changed(change: Changed) -> Iterator[str]:
    """The columns that are to be otherwise."""
    return (name for name, value in change.row.items() if change.old[name] != value)


class Judge(Protocol):
    """What of the oracle is needed to say what lists come to."""

    application: Application
    storage: Storage
    generated: Generated

    def world(self, persona: Persona, tables: Tables | None = None) -> World: ...
    def reads(self, resource: Resource, row: Row, persona: Persona, tables: Tables | None = None) -> bool: ...
    def certain(self, policy: Node, persona: Persona) -> bool: ...
    def denied_by_any(self, policies: Sequence[Node], persona: Persona) -> frozenset[int]: ...
    def guards(self, resource: Resource, given: Row) -> list[Node]: ...
    def new_row(self, resource: Resource, given: Row, persona: Persona) -> dict[str, Any]: ...
    def refers_beyond(self, resource: Resource, given: Row, new: Row, persona: Persona) -> bool: ...
    def collides(self, resource: Resource, new: Row, old: Row | None) -> bool: ...
    def has_checks(self, table: str) -> bool: ...
    def is_referenced(self, table: str, row: Row) -> bool: ...


class Lists:
    """The lists of one body, on their way to what they come to."""

    def __init__(self, judge: Judge, persona: Persona, action: str) -> None:
        self.judge = judge
        self.persona = persona
        self.action = action
        self.wanted = Wanted()

    def of(self, resource: Resource, lists: Mapping[str, Sequence[Any]], new: Row, old: Row | None) -> Wanted:
        """What these lists of a row come to; `old` is the row as it was where it is not new."""
        self.wanted.owner = self.wanted.owner or new
        for name, items in lists.items():
            owned = next((one for one in resource.owned if one.name == name), None)
            if owned is not None:
                self.own(owned, items, new, old)
            else:
                self.link(resource, named(resource.links, name), items, new, old)
        return self.wanted

    def deny(self, policies: Sequence[Node], row: Row, table: str) -> bool:
        """Notes that some of the policies are not true of a row as it was."""
        world = self.judge.world(self.persona)
        false = [policy for policy in policies if not allowed_by(policy, row, table, world)]
        if false:
            self.wanted.refused |= self.judge.denied_by_any(false, self.persona)
        return bool(false)

    # Owned rows

    def own(self, owned: Owned, lines: Sequence[Line], new: Row, old: Row | None) -> None:
        """One list of owned rows."""
        judge = self.judge
        child = judge.application.resource(owned.resource)
        there = [] if old is None else list(self.belonging(owned, child, old))
        left = [row for row in there if judge.reads(child, row, self.persona)]
        places = [row[owned.order] for row in left if owned.order and row[owned.order] is not None]
        last = max(places, default=-1) if self.action == "update" else -1
        by = [child.field(name).column for name in owned.by]
        sequence: list[Row] = []
        for line in lines:
            found = next((row for row in left if line.key and all(row[name] == line.key[name] for name in by)), None)
            if found is None:
                last += 1
                made = self.make(owned, child, line, new, last)
                sequence += [] if made is None else [made]
                continue
            left.remove(found)
            if line.gone:
                self.remove(owned, child, found)
                continue
            place = found[owned.order] if owned.order else None
            if owned.order and self.action == "replace":
                place = last = last + 1 if place is None or place <= last else place
            sequence.append(self.keep(owned, child, line, found, place))
        if self.action == "replace":
            for row in left:
                self.remove(owned, child, row)
        if owned.order and self.action != "update":
            self.wanted.orders.append((child.table, owned.order, sequence))

    def belonging(self, owned: Owned, child: Resource, owner: Row) -> Iterator[Row]:
        """The rows that a row owns."""
        for row in self.judge.generated.rows[child.table]:
            if all(row[own] is not None and row[own] == owner[there] for own, there in owned.parent):
                yield row

    def make(self, owned: Owned, child: Resource, line: Line, owner: Row, place: int) -> dict[str, Any] | None:
        """A row that is not there yet; None where it cannot be made."""
        judge = self.judge
        chosen = all(child.field(name).writable != "never" for name in owned.by)
        if line.gone or (line.key and not chosen):
            self.wanted.refused.add(422)
            return None
        given = {**line.given, **(line.key if chosen else {})}
        held = {own: owner[there] for own, there in owned.parent}
        row = {**judge.new_row(child, given, self.persona), **held}
        if owned.order:
            row[owned.order] = place
        filled = {*held, owned.order}
        if any(one.required and one.column not in given for one in written(child) if one.column not in filled):
            self.wanted.refused.add(400)
            return None
        self.constrain(child, given, row, None)
        order = [owned.order] if owned.order and self.action != "update" else []
        self.wanted.made.append(Made(child.table, row, (*given, *held, *order)))
        self.wanted.judged.append(([owned.create, *judge.guards(child, given)], child.table, row))
        self.of(child, line.lists, row, None)
        return row

    def keep(self, owned: Owned, child: Resource, line: Line, old: Row, place: Any) -> Row:
        """A row that stays, as it will be."""
        judge = self.judge
        by = {child.field(name).column for name in owned.by}
        given = {name: value for name, value in line.given.items() if name not in by}
        values = dict(given)
        for one in written(child):
            if one.writable == "once" and one.column in given:
                if not self.sees(child, one.column) or old[one.column] != given[one.column]:
                    self.wanted.refused.add(400)
                del values[one.column]
            elif self.action == "replace" and one.writable == "always" and one.column not in {*given, *by}:
                held = {own for own, _ in owned.parent}
                if one.column not in {*held, owned.order} and judge.certain(one.write, self.persona):
                    values[one.column] = judge.new_row(child, {}, self.persona)[one.column]
        if owned.order:
            values[owned.order] = place
        row = {**old, **values}
        unseen = [name for name in values if name != owned.order and not self.sees(child, name)]
        if unseen or any(old[name] != value for name, value in values.items()):
            policies = [owned.update, *judge.guards(child, {name: 0 for name in given if name in values})]
            self.deny(policies, old, child.table)
            self.constrain(child, given, row, old)
            self.wanted.changed.append(Changed(child.table, old, row))
            self.wanted.judged.append((policies, child.table, row))
        else:
            row = dict(old)
        self.of(child, line.lists, row, old)
        return row

    def remove(self, owned: Owned, child: Resource, row: Row) -> None:
        """A row that goes."""
        self.deny([owned.delete], row, child.table)
        self.wanted.gone.append((child.table, row))
        if child.deleted is None and self.judge.is_referenced(child.table, row):
            self.wanted.perhaps.add(409)

    def constrain(self, child: Resource, given: Row, row: Row, old: Row | None) -> None:
        """What the database, and the rows that are referred to, may have against a row."""
        judge = self.judge
        if judge.refers_beyond(child, given, row, self.persona):
            self.wanted.refused.add(422)
        if judge.collides(child, row, old) or self.collides_here(child, row):
            self.wanted.perhaps.add(409)
        columns = judge.application.table(child.table).columns
        if any(row[one.name] is None and not one.nullable and one.default != "database" for one in columns):
            self.wanted.perhaps.add(422)
        if judge.has_checks(child.table):
            self.wanted.perhaps.add(422)

    def collides_here(self, child: Resource, row: Row) -> bool:
        """Whether another row of the same body has what must be unique."""
        table = self.judge.application.table(child.table)
        others = [made.row for made in self.wanted.made if made.table == child.table]
        others += [change.row for change in self.wanted.changed if change.table == child.table]
        return any(
            all(row[name] is not None and other[name] == row[name] for name in columns)
            for columns in table.unique
            for other in others
        )

    def sees(self, child: Resource, column: str) -> bool:
        """Whether the persona may read a column of every row."""
        one = next(one for one in child.fields if one.column == column)
        return one.readable and self.judge.certain(one.read, self.persona)

    # Links

    def link(self, resource: Resource, links: Links, values: Sequence[Any], new: Row, old: Row | None) -> None:
        """One list of links."""
        judge, application = self.judge, self.judge.application
        there, onward = application.table(resource.table).relation(links.relation).steps
        target = application.resource(links.resource)
        ends: list[Row] = []
        for value in values:
            end = self.end(links, target, value)
            if end is not None:
                ends.append(end)
        rows = judge.generated.rows[there.table]
        owner = {} if old is None else {own: old[local] for local, own in there.pairs}
        known = [row for row in rows if owner and all(row[own] == value for own, value in owner.items())]
        for row in known:
            end = self.other(judge.generated.rows[target.table], row, onward.pairs)
            hidden = end is None or not judge.reads(target, end, self.persona)
            if links.link is not None:
                hidden |= not judge.reads(application.resource(links.link), row, self.persona)
            if not hidden and end not in ends:
                self.deny([links.remove], row, there.table)
                self.wanted.gone.append((there.table, row))
        exposing = Resource("", "", there.table, "", (), (), links.add)
        for end in ends:
            row = {own: new[local] for local, own in there.pairs} | {own: end[far] for own, far in onward.pairs}
            found = next((other for other in known if all(other[name] == value for name, value in row.items())), None)
            if found is not None and links.link is not None:
                if not judge.reads(application.resource(links.link), found, self.persona):
                    self.wanted.judged.append(([links.add], there.table, found))
            elif found is None:
                whole = judge.new_row(exposing, row, self.persona)
                self.wanted.made.append(Made(there.table, whole, tuple(row)))
                self.wanted.judged.append(([links.add], there.table, whole))

    def end(self, links: Links, target: Resource, value: Any) -> Row | None:
        """The row that a value means, made where that is declared; None where there is none."""
        judge = self.judge
        one = target.field(links.field)
        found = next((row for row in judge.generated.rows[target.table] if row[one.column] == value), None)
        if found is not None:
            world = judge.world(self.persona)
            seen = judge.reads(target, found, self.persona) and allowed_by(one.read, found, target.table, world)
            if seen:
                return found
            made = judge.new_row(target, {one.column: value}, self.persona)
            if links.create is None:
                self.wanted.refused.add(422)
            elif not self.deny([links.create, one.write], made, target.table):
                self.wanted.refused.add(409)
            return None
        if links.create is None:
            self.wanted.refused.add(422)
            return None
        row = judge.new_row(target, {one.column: value}, self.persona)
        self.wanted.made.append(Made(target.table, row, (one.column,)))
        self.wanted.judged.append(([links.create, one.write], target.table, row))
        return row

    def other(self, rows: Iterable[Row], link: Row, pairs: Sequence[tuple[str, str]]) -> Row | None:
        """The row at the other end of a link."""
        return next((row for row in rows if all(link[own] == row[far] for own, far in pairs)), None)


def written(resource: Resource) -> list[Field]:
    """The fields of a resource that can be written."""
    return [one for one in resource.fields if one.writable != "never"]
