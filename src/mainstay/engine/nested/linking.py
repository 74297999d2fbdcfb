"""Links of a row, set by values of a unique field of the rows at their other end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import structs

from mainstay.actor import Actor
from mainstay.backing.databases.database import Command, Script
from mainstay.engine.filling import Filling
from mainstay.engine.guards import Deciders
from mainstay.engine.nested.run import Row, Run
from mainstay.engine.plan import Selection, WritePlan
from mainstay.engine.refusals import Refusals
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.several import (
    DEFAULT,
    Found,
    delete_several,
    find_links,
    find_several,
    insert_several,
    judge_links,
    numbered,
)
from mainstay.engine.sql.statement import Statement
from mainstay.engine.sql.write import Judging, Values, judge_statement
from mainstay.errors import Detail, Duplicate, ReferenceNotFound
from mainstay.operation import Links, Resource
from mainstay.policy.tree import ANYONE

NOT_THERE = "is nothing that exists"
TAKEN = "is taken"

Far = tuple[Any, ...]
"""The key of a row at the other end of a link."""


class Linking:
    """How the links of one list are written; made once, from data."""

    def __init__(self, schema: Schema, parent: Resource, links: Links, deciders: Deciders, shapes: Shapes) -> None:
        application, storage = schema.application, schema.storage
        self.schema = schema
        self.links = links
        self.deciders = deciders
        self.shapes = shapes
        self.target = application.resource(links.resource)
        self.target_table = application.table(self.target.table)
        relation = application.table(parent.table).relation(links.relation)
        there, onward = relation.steps
        self.near = there.pairs
        """Pairs of columns: the one of the row's key, and the link's that holds it."""
        self.far = onward.pairs
        """Pairs of columns: the link's, and the one of the other row's key that it holds."""
        self.table = application.table(there.table)
        self.ends = (*[own for _, own in self.near], *[own for own, _ in self.far])
        self.filling = Filling(storage, self.table, None)
        self.refusals = Refusals(self.table, parent)
        self.field = self.target.field(links.field)
        self.target_filling = Filling(storage, self.target_table, self.target.version)
        self.target_refusals = Refusals(self.target_table, self.target)
        self.policies = {what: f":{parent.name}.{links.name}.{what}" for what in ("add", "remove", "create")}
        guard = f"{self.target.name}.{self.field.name}="
        self.creating = (self.policies["create"], *([guard] if self.field.write != ANYONE else []))
        """The policies of a row that is made for a value."""
        read = f"{self.target.name}.{self.field.name}"
        self.reading = (self.target.name, *([read] if self.field.read != ANYONE else []))
        """The policies under which a row may be found by a value."""

    def prepare(self, actor: Actor, action: str) -> Prepared:
        """The statements of one call, made before the transaction."""
        return Prepared(self, actor, action)


class Batch(msgspec.Struct):
    """What becomes of the links of one level."""

    owners: list[Row] = msgspec.field(default_factory=list)
    there: dict[int, dict[Far, set[str]]] = msgspec.field(default_factory=dict)
    """By owner, the links that are there, with the policies that are not true of them."""
    added: list[tuple[str, list[Any]]] = msgspec.field(default_factory=list)
    """By path, the ends of new links."""
    made: list[tuple[str, Any]] = msgspec.field(default_factory=list)
    """By path, the values for which rows were made."""
    taken: list[tuple[str, Any]] = msgspec.field(default_factory=list)
    """By path, the values of rows that the caller may not read, where others would have been made."""


class Prepared:
    """The lists of links of one level in one call: their statements, and the script that runs them."""

    def __init__(self, linking: Linking, actor: Actor, action: str) -> None:
        self.linking = linking
        self.actor = actor
        self.batch = Batch()
        links, schema, deciders = linking.links, linking.schema, linking.deciders
        read = () if links.link is None else (links.link,)
        old = (*read, links.resource, linking.policies["remove"])
        old_flags = self.undecided(old)
        self.finding: Found | None = None
        if action != "create":
            self.finding = self.shape(
                ("find", old),
                old,
                lambda: find_links(
                    schema,
                    linking.near,
                    linking.table.name,
                    linking.far,
                    linking.target_table.name,
                    deciders.guards(old, actor),
                    old_flags,
                ),
            )
        named = (*linking.reading, *(linking.creating if links.create is not None else ()))
        self.resolving: Found = self.shape(
            ("resolve", named),
            named,
            lambda: find_several(
                schema,
                links.resource,
                [("value", linking.field.column)],
                linking.target_table.key,
                deciders.guards(named, actor),
                self.undecided(named),
                lock=False,
            ),
        )
        new = (linking.policies["add"],)
        self.new_flags = self.undecided(new)
        self.judging: Found = self.shape(
            ("judge", new),
            new,
            lambda: judge_links(schema, linking.table.name, linking.ends, deciders.guards(new, actor), self.new_flags),
        )
        self.columns = tuple(sorted({*linking.ends, *linking.filling.makers, *linking.filling.actors}))
        self.inserting: tuple[Statement, Values] = self.shape(
            ("insert",),
            (),
            lambda: insert_several(schema, linking.table.name, self.columns, (), unless=linking.ends),
        )
        self.deleting: Statement = self.shape(
            ("delete",), (), lambda: delete_several(schema, linking.table.name, linking.ends)
        )
        filling, column = linking.target_filling, linking.field.column
        self.made = tuple(sorted({column, *filling.makers, *filling.actors, *filling.slugs}))
        self.making: tuple[Statement, Values] | None = None
        if links.create is not None:
            self.making = self.shape(
                ("make",),
                (),
                lambda: insert_several(schema, linking.target_table.name, self.made, (column,), unless=(column,)),
            )

    def shape(self, about: tuple[Any, ...], names: Sequence[str], make: Any) -> Any:
        """A statement that is compiled once for all actors whom the policies leave the same."""
        linking = self.linking
        return linking.shapes.get((linking.policies["add"], *about, linking.deciders.numbers(names, self.actor)), make)

    def undecided(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the policies that the row has a say in."""
        return tuple(dict.fromkeys(name for name in names if not self.linking.deciders.decide(name, self.actor).is_yes))

    # Find

    def find(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """The links that are there."""
        self.batch = batch = Batch([owner for owner in owners if self.linking.links.name in owner.item.lists])
        there = [owner for owner in batch.owners if not owner.new]
        if self.finding is not None:
            keys = [[owner.key[local] for local, _ in self.linking.near] for owner in there]
            rows = yield from run.find(self.finding, keys)
            for number, values, false in numbered(rows, self.finding):
                batch.there.setdefault(id(there[number]), {})[tuple(values)] = false

    # Write

    def write(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """Takes links away that are not wanted any more, and adds those that are not there yet."""
        linking, batch = self.linking, self.batch
        name = linking.links.name
        wanted = {
            f"{owner.item.at(name)}[{place}]": value
            for owner in batch.owners
            for place, value in enumerate(owner.item.items(name))
        }
        far = yield from self.resolved(run, wanted)
        removed: list[tuple[str, list[Any]]] = []
        denied: dict[str, set[str]] = {}
        for owner in batch.owners:
            own = [owner.key[local] for local, _ in linking.near]
            there = batch.there.get(id(owner), {})
            ends: dict[Far, str] = {}
            for place, _ in enumerate(owner.item.items(name)):
                path = f"{owner.item.at(name)}[{place}]"
                if path in far:
                    ends.setdefault(far[path], path)
            hiding = {linking.links.link, linking.links.resource}
            batch.added += [
                (path, [*own, *end]) for end, path in ends.items() if end not in there or there[end] & hiding
            ]
            for end, false in there.items():
                if end not in ends and not false & hiding:
                    removed.append((owner.item.at(name), [*own, *end]))
                    if false:
                        denied.setdefault(owner.item.at(name), set()).update(false)
        run.refuse(linking.deciders, denied)
        yield from run.write(
            self.deleting, [ends_ for _, ends_ in removed], [path for path, _ in removed], linking.refusals
        )
        rows = [self.link(ends_) for _, ends_ in batch.added]
        yield from run.write(self.inserting[0], rows, [path for path, _ in batch.added], linking.refusals)

    def link(self, ends: Sequence[Any]) -> list[Any]:
        """A new link's values."""
        values = {**self.linking.filling.defaults(self.actor), **dict(zip(self.linking.ends, ends, strict=True))}
        return [*[values[name] for name in self.columns], DEFAULT * len(self.columns)]

    def resolved(self, run: Run, wanted: dict[str, Any]) -> Script[dict[str, Far]]:
        """By path, the key of the row that each value means; raises where there is none for the caller."""
        found, hidden = yield from self.look(run, wanted)
        missing = {path: value for path, value in wanted.items() if path not in found}
        if missing and self.making is not None:
            made = yield from self.make(run, missing)
            again, hidden = yield from self.look(run, missing)
            found |= again | {path: hidden[path] for path in made if path in hidden}
            self.batch.made = [(path, missing[path]) for path in made]
        missing = {path: value for path, value in wanted.items() if path not in found}
        if missing and self.making is None:
            raise ReferenceNotFound(details=tuple(Detail(path, "not_found", NOT_THERE) for path in missing))
        self.batch.taken = list(missing.items())
        return found

    def look(self, run: Run, wanted: dict[str, Any]) -> Script[tuple[dict[str, Far], dict[str, Far]]]:
        """By path, the keys of rows that the caller may read, and of those that it may not."""
        paths = list(wanted)
        rows = yield from run.find(self.resolving, [[wanted[path]] for path in paths])
        found: dict[str, Far] = {}
        hidden: dict[str, Far] = {}
        for number, key, false in numbered(rows, self.resolving):
            (hidden if false & set(self.linking.reading) else found)[paths[number]] = tuple(key)
        return found, hidden

    def foreseen(self, run: Run, value: Any) -> Script[set[str]]:
        """The policies that a row made for this value would break, were there none."""
        linking = self.linking
        creating = self.undecided(linking.creating)
        if not creating:
            return set()
        plan = WritePlan(
            selection=Selection(linking.target.name, ()),
            guards=linking.deciders.guards(creating, self.actor),
            action="insert",
            columns=self.made,
            flags=creating,
        )
        judging: Judging = self.shape(("foresee",), creating, lambda: judge_statement(linking.schema, plan))
        inputs = structs.replace(run.inputs, row=self.new_row(run, value))
        run.call.statements += 1
        ((*truths,),) = yield Command(judging.statement.text, judging.statement.values(inputs))
        return {name for name, place in judging.flags if not truths[place]}

    def new_row(self, run: Run, value: Any) -> dict[str, Any]:
        """What stands in a row that is made for a value."""
        filling = self.linking.target_filling
        row = {**filling.defaults(self.actor), self.linking.field.column: value}
        return row | filling.slugged(row, filling.slugs, int(run.singly))

    def make(self, run: Run, missing: dict[str, Any]) -> Script[list[str]]:
        """Makes rows for values that none has, in an order in which writers never wait for each other in a circle.

        The paths of those that were made here, and not by somebody else at the same moment.
        """
        assert self.making is not None
        statement, back = self.making
        paths: dict[Any, str] = {}
        for path, value in missing.items():
            paths.setdefault(value, path)
        values = sorted(paths, key=str)
        rows = []
        for value in values:
            row = self.new_row(run, value)
            rows.append([*[row[name] for name in self.made], DEFAULT * len(self.made)])
        places = [paths[value] for value in values]
        answer = yield from run.write(statement, rows, places, self.linking.target_refusals)
        made = {back(row)[0] for row in answer}
        return [path for path, value in missing.items() if value in made]

    # Judge

    def judge(self, run: Run) -> Script[None]:
        """Raises what the caller is told where a policy is not true of a new link, or of a row that was made.

        Whoever may not make a row for a value is not told that there is one.
        """
        linking, batch = self.linking, self.batch
        denied: dict[str, set[str]] = {}
        creating = set(self.undecided(linking.creating)) if batch.made else set()
        if creating:
            answer = yield from run.ask(self.resolving.statement, [[value] for _, value in batch.made])
            for number, _, false in numbered(answer, self.resolving):
                if false & creating:
                    denied.setdefault(batch.made[number][0], set()).update(false & creating)
        for path, value in batch.taken:
            if false := (yield from self.foreseen(run, value)):
                denied.setdefault(path, set()).update(false)
        if self.new_flags:
            answer = yield from run.ask(self.judging.statement, [ends for _, ends in batch.added])
            for number, _, false in numbered(answer, self.judging):
                if false:
                    denied.setdefault(batch.added[number][0], set()).update(false)
        run.refuse(linking.deciders, {path: denied[path] for path in sorted(denied)}, fields=False)
        if batch.taken:
            raise Duplicate(details=tuple(Detail(path, "duplicate", TAKEN) for path, _ in batch.taken))
