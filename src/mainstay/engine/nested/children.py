"""Rows that a row owns: found, told from new ones, written and judged, each under its own policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import structs

from mainstay.actor import Actor
from mainstay.backing.databases.database import Command, Script
from mainstay.engine.filling import Filling
from mainstay.engine.guards import Deciders
from mainstay.engine.nested.item import Item
from mainstay.engine.nested.run import Part, Row, Run
from mainstay.engine.plan import Selection, WritePlan
from mainstay.engine.refusals import Refusals, below
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.several import (
    DEFAULT,
    GIVEN,
    LEFT,
    Found,
    check_several,
    delete_several,
    find_several,
    insert_several,
    numbered,
    update_several,
)
from mainstay.engine.sql.statement import Statement
from mainstay.engine.sql.write import Values, judge_statement
from mainstay.errors import Detail, ReferenceNotFound, ValidationError
from mainstay.operation import Owned, Resource
from mainstay.policy.tree import ANYONE
from mainstay.tables import Reference

Inner = Callable[[Actor, Sequence[Item], str], Part]
"""What prepares the lists inside the items of one, which may be that list again."""

NOT_THERE = "refers to something that does not exist"


class Children:
    """How the rows of one list are written; made once, from data."""

    def __init__(
        self, schema: Schema, parent: Resource, owned: Owned, deciders: Deciders, shapes: Shapes, inner: Inner
    ) -> None:
        application, storage = schema.application, schema.storage
        self.schema = schema
        self.owned = owned
        self.deciders = deciders
        self.shapes = shapes
        self.inner = inner
        self.resource = application.resource(owned.resource)
        self.table = application.table(self.resource.table)
        self.filling = Filling(storage, self.table, self.resource.version)
        self.refusals = Refusals(self.table, self.resource)
        self.held = tuple(own for own, _ in owned.parent)
        self.by = tuple(self.resource.field(name).column for name in owned.by)
        self.chosen = all(self.resource.field(name).writable != "never" for name in owned.by)
        """Whether callers choose what a row is known by."""
        fields = [field for field in self.resource.fields if field.writable != "never"]
        self.name_of = {field.column: field.name for field in self.resource.fields}
        self.written = tuple(field.column for field in fields if field.column not in (*self.held, owned.order))
        self.always = tuple(
            field.column for field in fields if field.writable == "always" and field.column in self.written
        )
        self.once = {field.column for field in fields if field.writable == "once"}
        self.required = {field.column for field in fields if field.required and field.column in self.written}
        self.guarded = {
            field.column: f"{self.resource.name}.{field.name}=" for field in fields if field.write != ANYONE
        }
        self.hidden = {
            field.column: f"{self.resource.name}.{field.name}" for field in self.resource.fields if field.read != ANYONE
        }
        self.unreadable = {field.column for field in self.resource.fields if not field.readable}
        self.policies = {what: f":{parent.name}.{owned.name}.{what}" for what in ("create", "update", "delete")}
        self.targets: dict[Reference, tuple[str, ...]] = {
            reference: tuple(other.name for other in application.resources_of(reference.table))
            for reference in self.table.references
            if set(reference.columns) - {*self.held}
        }
        self.counted = [name for name in self.table.key if name in self.filling.counted]
        self.columns = tuple(
            dict.fromkeys((*self.table.key, *self.by, *self.written, *([owned.order] if owned.order else [])))
        )
        """What of a row that is there is looked at."""

    def guards_of(self, columns: Sequence[str] | dict[str, Any]) -> tuple[str, ...]:
        """The policies of the fields that are set."""
        return tuple(self.guarded[column] for column in columns if column in self.guarded)

    def prepare(self, actor: Actor, items: Sequence[Item], action: str) -> Prepared:
        """The statements for the items of one level of the list, made before the transaction."""
        return Prepared(self, actor, items, action)


class Batch(msgspec.Struct, frozen=True):
    """What becomes of the rows of one level."""

    new: list[Row] = msgspec.field(default_factory=list)
    changed: list[Row] = msgspec.field(default_factory=list)
    kept: list[Row] = msgspec.field(default_factory=list)
    """All that are there and stay, changed or not."""
    gone: list[Row] = msgspec.field(default_factory=list)
    details: list[Detail] = msgspec.field(default_factory=list)
    """What is wrong with them."""
    strangers: list[Detail] = msgspec.field(default_factory=list)
    """Those that are not there for the caller."""
    denied: dict[str, set[str]] = msgspec.field(default_factory=dict)
    """By path, policies that are not true of a row as it was."""


class Prepared:
    """One level of one list in one call: its statements, and the script that runs them."""

    def __init__(self, children: Children, actor: Actor, items: Sequence[Item], action: str) -> None:
        self.children = children
        self.actor = actor
        self.action = action
        self.batch = Batch()
        owned, deciders = children.owned, children.deciders
        new = [item for item in items if item.key is None or children.chosen]
        known = [item for item in items if item.key is not None]
        self.order = owned.order
        self.made = self.columns_made(new)
        self.changed = self.columns_changed(known)
        guards = children.guards_of(dict.fromkeys(column for item in items for column in item.given))
        read = children.resource.name
        old = (read, children.policies["update"], children.policies["delete"], *guards)
        self.old_flags = self.undecided(old)
        self.finding: Found | None = None
        if action != "create":
            self.finding = self.shape(
                ("find", old),
                old,
                lambda: find_several(
                    children.schema,
                    read,
                    [(f"of {own}", own) for own in children.held],
                    (*children.held, *children.columns),
                    deciders.guards(old, actor),
                    self.old_flags,
                    lock=True,
                ),
            )
        judged = (children.policies["create"], children.policies["update"], *guards)
        self.new_flags = self.undecided(judged)
        self.judging: Found = self.shape(
            ("judge", judged),
            judged,
            lambda: find_several(
                children.schema,
                read,
                [(f"of {name}", name) for name in children.table.key],
                (),
                deciders.guards(judged, actor),
                self.new_flags,
                lock=False,
            ),
        )
        self.checks = list(self.references(items))
        table = children.table.name
        self.inserting: tuple[Statement, Values] = self.shape(
            ("insert", self.made),
            (),
            lambda: insert_several(children.schema, table, self.made, children.counted),
        )
        self.updating: Statement = self.shape(
            ("update", self.changed),
            (),
            lambda: update_several(children.schema, table, children.table.key, self.changed, children.resource.version),
        )
        self.deleting: Statement = self.shape(("delete",), (), self.deletion)
        self.inner = children.inner(actor, items, action)

    def shape(self, about: tuple[Any, ...], names: Sequence[str], make: Any) -> Any:
        """A statement that is compiled once for all actors whom the policies leave the same."""
        children = self.children
        key = (children.policies["create"], *about, children.deciders.numbers(names, self.actor))
        return children.shapes.get(key, make)

    def undecided(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the policies that the row has a say in."""
        return tuple(
            dict.fromkeys(name for name in names if not self.children.deciders.decide(name, self.actor).is_yes)
        )

    def columns_made(self, items: Sequence[Item]) -> tuple[str, ...]:
        """The columns that are set of new rows."""
        filling = self.children.filling
        names = {*filling.makers, *filling.actors, *filling.slugs, *self.children.held}
        names.update([self.order] if self.order else [])
        return tuple(sorted(names.union(*[item.given for item in items])))

    def columns_changed(self, items: Sequence[Item]) -> tuple[str, ...]:
        """The columns that may be set of rows that are there."""
        children = self.children
        names = {*children.filling.touchers, *([self.order] if self.order else [])}
        if self.action == "replace":
            names.update(children.always)
        names.update(*[item.given for item in items])
        version = children.resource.version
        marks = [children.resource.deleted] if children.resource.deleted is not None else []
        return tuple(sorted({*names, *marks} - set(children.by) - ({version} if version else set())))

    def deletion(self) -> Statement:
        """The statement that deletes."""
        return delete_several(self.children.schema, self.children.table.name, self.children.table.key)

    def references(self, items: Sequence[Item]) -> Iterator[tuple[Reference, Statement]]:
        """The references that the items set, each with the statement that looks for what they mean."""
        children = self.children
        given = {column for item in items for column in item.given}
        for reference, resources in children.targets.items():
            if not given & set(reference.columns):
                continue
            if any(children.deciders.decide(name, self.actor).is_yes for name in resources):
                resources = ()
            statement: Statement = self.shape(
                ("check", reference, resources),
                resources,
                lambda reference=reference, resources=resources: check_several(
                    children.schema,
                    children.table.name,
                    reference.columns,
                    reference.table,
                    reference.target,
                    children.deciders.guards(resources, self.actor),
                    resources,
                ),
            )
            yield reference, statement

    # Find

    def find(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """Tells which rows are new, which change and which go; raises what is wrong with them."""
        self.batch = batch = Batch()
        name = self.children.owned.name
        owners = [owner for owner in owners if name in owner.item.lists]
        there = [owner for owner in owners if not owner.new]
        found: dict[int, list[tuple[dict[str, Any], set[str]]]] = {}
        if self.finding is not None:
            keys = [[owner.key[column] for _, column in self.children.owned.parent] for owner in there]
            rows = yield from run.find(self.finding, keys)
            names = (*self.children.held, *self.children.columns)
            for number, values, false in numbered(rows, self.finding):
                if self.children.resource.name not in false:
                    found.setdefault(id(there[number]), []).append((dict(zip(names, values, strict=True)), false))
        for owner in owners:
            self.match(owner, found.get(id(owner), []))
        if batch.details:
            raise ValidationError(details=tuple(batch.details))
        if batch.strangers:
            raise ReferenceNotFound(details=tuple(batch.strangers))
        run.refuse(self.children.deciders, batch.denied)
        yield from self.inner.find(run, [*batch.new, *batch.kept])

    def match(self, owner: Row, found: Sequence[tuple[dict[str, Any], set[str]]]) -> None:
        """Puts what the body has for one owner beside the rows that the caller may read."""
        children = self.children
        known = {tuple(old[column] for column in children.by): (old, false) for old, false in found}
        positions = [old[self.order] for old, _ in found if self.order and old[self.order] is not None]
        last = max(positions, default=-1) if self.action == "update" else -1
        for item in owner.item.items(children.owned.name):
            old, false = known.pop(item.key, (None, set())) if item.key is not None else (None, set())
            if old is None:
                last += 1
                self.add(owner, item, last)
            elif item.gone:
                self.remove(item.path, old, false)
            else:
                position = old[self.order] if self.order else None
                if self.order and self.action == "replace" and (position is None or position <= last):
                    position = last + 1
                last = last if position is None or self.action == "update" else position
                self.keep(item, old, false, position)
        if self.action == "replace":
            for old, false in known.values():
                self.remove(owner.item.at(children.owned.name), old, false)

    def add(self, owner: Row, item: Item, position: int) -> None:
        """A row that is not there yet."""
        children, batch = self.children, self.batch
        if item.gone or (item.key is not None and not children.chosen):
            for name in children.owned.by:
                batch.strangers.append(Detail(item.at(name), "not_found", NOT_THERE))
            return
        if children.chosen:
            for column in sorted(children.required - set(item.given)):
                batch.details.append(Detail(item.at(children.name_of[column]), "required", "must be given"))
        row = Row(item, {}, new=True, owner=owner)
        row.values = {**children.filling.defaults(self.actor), **item.given}
        if self.order:
            row.values[self.order] = position
        batch.new.append(row)

    def keep(self, item: Item, old: dict[str, Any], false: set[str], position: Any) -> None:
        """A row that stays; it is written where the body has something else for it."""
        children, batch = self.children, self.batch
        key = {column: old[column] for column in children.table.key}
        row = Row(item, key, old=old)
        batch.kept.append(row)
        given = {column: value for column, value in item.given.items() if column not in children.by}
        for column in sorted(children.once & set(given)):
            if not self.is_seen(column) or old[column] != given.pop(column):
                words = "is written once and cannot be changed"
                batch.details.append(Detail(item.at(children.name_of[column]), "not_writable", words))
        row.values = given
        if self.action == "replace":
            left_out = [column for column in children.always if column not in item.given and self.sets(column)]
            blank, row.defaults = children.filling.blank(self.actor, left_out)
            row.values = {**blank, **given}
        if self.order and position != old[self.order]:
            row.values[self.order] = position
        if not row.defaults and all(self.is_seen(name) and old[name] == row.values[name] for name in row.values):
            return
        row.values |= children.filling.touched(row.values)
        row.values.pop(children.resource.version or "", None)
        batch.changed.append(row)
        self.deny(item.path, false, (children.policies["update"], *children.guards_of(given)))

    def remove(self, path: str, old: dict[str, Any], false: set[str]) -> None:
        """A row that goes."""
        children = self.children
        self.batch.gone.append(Row(Item(path), {column: old[column] for column in children.table.key}, old=old))
        self.deny(path, false, (children.policies["delete"],))

    def deny(self, path: str, false: set[str], names: Sequence[str]) -> None:
        """Remembers the policies that are not true of what stands at `path`."""
        wrong = false.intersection(names)
        if wrong:
            self.batch.denied.setdefault(path, set()).update(wrong)

    def is_seen(self, column: str) -> bool:
        """Whether the caller may read a column of every row, so that what it holds may decide what is told."""
        children = self.children
        if column in children.unreadable:
            return False
        guard = children.hidden.get(column)
        return guard is None or children.deciders.decide(guard, self.actor).is_yes

    def sets(self, column: str) -> bool:
        """Whether the actor may set a column whatever the row."""
        children = self.children
        if column in children.by:
            return False
        return all(children.deciders.decide(name, self.actor).is_yes for name in children.guards_of((column,)))

    # Write

    def write(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """Deletes, changes and makes rows, in this order."""
        children, batch = self.children, self.batch
        for row in batch.new:
            assert row.owner is not None
            row.values |= {own: row.owner.key[there] for own, there in children.owned.parent}
            row.values |= children.filling.slugged(row.values, children.filling.slugs, int(run.singly))
            row.key = {column: row.values.get(column) for column in children.table.key}
        yield from self.check(run)
        if children.resource.deleted is None:
            keys = [list(row.key.values()) for row in batch.gone]
            yield from run.write(self.deleting, keys, [row.item.path for row in batch.gone], children.refusals)
        else:
            for row in batch.gone:
                row.values = {children.resource.deleted: run.inputs.now, **children.filling.touched({})}
        changed = batch.changed if children.resource.deleted is None else [*batch.gone, *batch.changed]
        rows = [[*row.key.values(), *masked(row, self.changed, LEFT)] for row in changed]
        yield from run.write(self.updating, rows, [row.item.path for row in changed], children.refusals)
        if run.singly:
            for row in batch.new:
                yield from self.foresee(run, row)
        rows = [masked(row, self.made, DEFAULT) for row in batch.new]
        statement, counted = self.inserting
        back = yield from run.write(statement, rows, [row.item.path for row in batch.new], children.refusals)
        if children.counted:
            for row, values in zip(batch.new, sorted(counted(one) for one in back), strict=True):
                row.key |= dict(zip(children.counted, values, strict=True))
        yield from self.inner.write(run, [*batch.new, *batch.kept])

    def check(self, run: Run) -> Script[None]:
        """Raises `ReferenceNotFound` where a row refers to what is not there, or may not be read."""
        details: list[Detail] = []
        for reference, statement in self.checks:
            rows = [
                row for row in (*self.batch.new, *self.batch.changed) if set(reference.columns) & set(row.item.given)
            ]
            values = [[row.values.get(name, row.old.get(name)) for name in reference.columns] for row in rows]
            asked = [place for place, some in enumerate(values) if None not in some]
            answer = yield from run.ask(statement, [values[place] for place in asked])
            there = {asked[number] for (number,) in answer}
            for place in asked:
                if place not in there:
                    missing = self.children.refusals.not_found(reference)
                    details.extend(below(rows[place].item.path, missing.details))
        if details:
            raise ReferenceNotFound(details=tuple(details))

    def foresee(self, run: Run, row: Row) -> Script[None]:
        """Refuses a row before the database can tell that it collides: whoever may not make it is not told so."""
        children = self.children
        names = (children.policies["create"], *children.guards_of(row.item.given))
        flags = self.undecided(names)
        if not flags:
            return
        plan = WritePlan(
            selection=Selection(children.resource.name, ()),
            guards=children.deciders.guards(names, self.actor),
            action="insert",
            columns=tuple(sorted(row.values)),
            flags=flags,
        )
        judging = judge_statement(children.schema, plan)
        inputs = structs.replace(run.inputs, row=row.values)
        run.call.statements += 1
        ((*truths,),) = yield Command(judging.statement.text, judging.statement.values(inputs))
        false = {name for name, place in judging.flags if not truths[place]}
        if false:
            run.refuse(children.deciders, {row.item.path: false})

    # Judge

    def judge(self, run: Run) -> Script[None]:
        """Raises what the caller is told where a policy is not true of a row as it has become."""
        children = self.children
        rows = [*self.batch.new, *self.batch.changed]
        if self.new_flags:
            answer = yield from run.ask(self.judging.statement, [list(row.key.values()) for row in rows])
            denied: dict[str, set[str]] = {}
            for number, _, false in numbered(answer, self.judging):
                row = rows[number]
                policy = children.policies["create" if row.new else "update"]
                wrong = false.intersection((policy, *children.guards_of(row.item.given)))
                if wrong:
                    denied[row.item.path] = wrong
            run.refuse(children.deciders, denied)
        yield from self.inner.judge(run)


def masked(row: Row, columns: Sequence[str], otherwise: str) -> list[Any]:
    """The values of a row in the order of the columns, and what it says of each of them."""
    marks = [GIVEN if name in row.values else DEFAULT if name in row.defaults else otherwise for name in columns]
    return [*[row.values.get(name) for name in columns], "".join(marks)]
