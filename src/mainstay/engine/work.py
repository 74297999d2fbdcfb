"""What a write runs, made before its transaction begins: statements, and the values that are set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import msgspec

from mainstay.actor import NOBODY, Actor
from mainstay.engine.asked import Keys, keys_before
from mainstay.engine.bodies import Bodies
from mainstay.engine.choosing import resources_in, whole
from mainstay.engine.filling import Filling
from mainstay.engine.guards import Deciders
from mainstay.engine.nested.item import Item
from mainstay.engine.nested.lists import Lists, Prepared
from mainstay.engine.plan import CheckPlan, FindPlan, Selection, WritePlan
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.circles import Circle, circle_statements
from mainstay.engine.sql.fields import Schema
from mainstay.engine.sql.statement import Inputs, Statement
from mainstay.engine.sql.write import (
    Finding,
    Judging,
    Writing,
    check_statement,
    delete_statement,
    find_statement,
    judge_statement,
    write_statement,
)
from mainstay.engine.under import parent_of
from mainstay.operation import Operation, Resource
from mainstay.policy.tree import ANYONE
from mainstay.tables import Reference


class Draft(msgspec.Struct, frozen=True):
    """What a write call asks for: the row's key, and values by column."""

    key: list[Any]
    given: dict[str, Any]
    body: Item
    """The body, of which `given` are the values; it has the lists that are written with the row."""
    attempt: int = 0
    """How often a slug that was made for it was taken."""
    above: Sequence[Any] = ()
    """The key of the parent in the path, until that is found."""
    under: Sequence[Any] = ()
    """What the parent has, to which the row refers."""
    trusted: frozenset[str] = frozenset()
    """Columns whose values are not the caller's but of the application's own code."""

    @property
    def asked(self) -> Set[str]:
        """The columns that the caller sets."""
        given = self.given.keys()
        return dict.fromkeys(name for name in given if name not in self.trusted).keys() if self.trusted else given


class Work(msgspec.Struct, frozen=True):
    """A write call with its statements and their inputs, ready for the transaction."""

    inputs: Inputs
    row: dict[str, Any]
    """What is set, but for the version."""
    finding: Finding | None
    columns: tuple[str, ...]
    """What of the row as it is the references need."""
    checks: tuple[tuple[Reference, Statement], ...]
    writing: Writing | Statement
    """A plain statement where the row goes."""
    body: Item
    lists: Prepared | None
    """What is written with the row."""
    circles: tuple[Circle, ...]
    """What looks for the row among its own ancestors."""


class Works:
    """The work of one write operation: its shapes, and what is set besides what the call gives."""

    def __init__(self, schema: Schema, operation: Operation, deciders: Deciders, shapes: Shapes) -> None:
        application, storage = schema.application, schema.storage
        self.schema = schema
        self.operation = operation
        self.deciders = deciders
        self.shapes = shapes
        self.resource: Resource = application.resource(operation.resource or "")
        table = application.table(self.resource.table)
        self.policy = f":{operation.name}"
        self.keys = Keys(storage, self.resource, keys_before(application, operation))
        self.parent = parent_of(schema, operation, deciders, shapes)
        self.bodies = Bodies(application, storage, operation) if operation.body is not None else None
        self.filling = Filling(storage, table, self.resource.version)
        self.selection = whole(application, self.resource.name)
        self.reading = deciders.reading(self.resource.name, *resources_in(application, self.selection))
        self.guarded = {
            field.column: f"{self.resource.name}.{field.name}="
            for field in self.resource.fields
            if field.write != ANYONE
        }
        self.references = tuple(table.references)
        self.targets = {
            (reference.columns, reference.table): tuple(
                resource.name for resource in application.resources_of(reference.table)
            )
            for reference in table.references
        }
        self.lists = Lists(schema, self.resource, deciders, shapes)
        alone = not (
            self.resource.acyclic
            or self.resource.transitions
            or self.selection.includes
            or any(field.derived is not None for field in self.resource.fields)
        )
        self.may_be_whole = operation.action == "create" and alone and schema.dialect.name == "postgresql"
        """Whether one statement may make a row: nothing but policies looks at it then, and no code of the user's.

        A statement less is a round trip less, and so are BEGIN and COMMIT; SQLite would take longer for it.
        """

    def guards_of(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The policies of the fields that are set."""
        if not self.guarded:
            return ()
        return tuple(self.guarded[column] for column in columns if column in self.guarded)

    def of(self, actor: Actor, draft: Draft, now: dt.datetime) -> Work:
        """The statements of a call and what fills them."""
        action = self.operation.action
        row, resets = self.row(actor, draft, now)
        asked = draft.asked
        fields = self.guards_of(asked)
        changed = [reference for reference in self.references if not asked.isdisjoint(reference.columns)]
        columns: tuple[str, ...] = ()
        finding = None
        if action != "create":
            columns = tuple(dict.fromkeys(self.needed(draft, changed)))
            finding = self.find_shape(actor, fields, columns)
        checks = tuple([(reference, self.check_shape(actor, reference)) for reference in changed])
        writing: Writing | Statement
        if action == "delete" and self.resource.deleted is None:
            writing = self.shapes.get((self.policy,), lambda: delete_statement(self.schema, self.resource.name))
        else:
            writing = self.write_shape(actor, tuple(sorted(row)), resets, fields, later=bool(draft.body.lists))
        lists = self.lists.prepare(actor, [draft.body], action) if draft.body.lists else None
        return Work(
            Inputs(actor, lambda: now, key=draft.key, under=draft.under),
            row,
            finding,
            columns,
            checks,
            writing,
            draft.body,
            lists,
            self.circles(draft.given) if self.resource.acyclic else (),
        )

    def whole(self, actor: Actor, draft: Draft, now: dt.datetime) -> tuple[Writing, Inputs] | None:
        """All of a create as one statement, which writes nothing where a reference means nothing for the actor.

        None where the row could still be refused when it is there, or other rows are written with it.
        """
        if not self.may_be_whole or draft.body.lists:
            return None
        asked = draft.asked
        fields = self.guards_of(asked)
        if self.undecided(actor, (self.policy, *fields)):
            return None
        row, _ = self.row(actor, draft, now)
        given = [
            one
            for one in self.references
            if not asked.isdisjoint(one.columns) and all(row[name] is not None for name in one.columns)
        ]
        checks = tuple([(one, self.readers_of(actor, one)) for one in given])
        writing = self.write_shape(actor, tuple(sorted(row)), (), fields, checks=checks)
        if writing.again is not None:
            return None
        return writing, Inputs(actor, lambda: now, row=row, under=draft.under)

    def needed(self, draft: Draft, changed: Iterable[Reference]) -> Iterator[str]:
        """The columns of the row as it is that its references, its slugs and its choices are judged with."""
        for reference in changed:
            yield from (name for name in reference.columns if name not in draft.given)
        yield from self.followed(draft)
        yield from (one.column for one in self.resource.transitions)

    def circles(self, given: dict[str, Any]) -> tuple[Circle, ...]:
        """What looks for circles that the change of a row may close; a new row has no descendants."""
        known = () if self.operation.action == "create" else self.resource.acyclic
        changed = [column for column in known if given.get(column) is not None]
        return tuple(self.circle_shape(column) for column in changed)

    def circle_shape(self, column: str) -> Circle:
        """The statements that look for a circle through one column."""
        table = self.resource.table
        circle: Circle = self.shapes.get(
            ("circle", table, column), lambda: circle_statements(self.schema, table, column)
        )
        return circle

    def row(self, actor: Actor, draft: Draft, now: dt.datetime) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What is set, and what is set to what the database has for it.

        A field that the caller may not write is not replaced by leaving it out.  A change of nothing
        touches nothing.
        """
        given = draft.given
        match self.operation.action:
            case "create":
                made = {**self.filling.defaults(actor, given), **given}
                return {**made, **self.filling.slugged(made, self.filling.slugs, draft.attempt)}, ()
            case "delete":
                row = {} if self.resource.deleted is None else {self.resource.deleted: now}
                return {**row, **self.filling.touched(row)} if row else row, ()
            case "replace" if self.bodies is not None:
                left_out = [
                    name for name in self.bodies.columns.values() if name not in given and self.sets(actor, name)
                ]
                blank, resets = self.filling.blank(actor, left_out)
                made = {**blank, **given}
                return {**made, **self.filling.touched(made), **self.followers(made, draft)}, resets
            case _:
                made = {**given, **self.filling.touched(given), **self.followers(given, draft)}
                return made if given or draft.body.lists else {}, ()

    def followers(self, row: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
        """The slugs that change with what is written."""
        following = [name for name in self.filling.following if self.filling.slugs[name].source in row]
        return self.filling.slugged(row, following, draft.attempt) if following else {}

    def followed(self, draft: Draft) -> Iterator[str]:
        """The columns of the row as it is that say whether its slugs change."""
        for name in self.filling.following:
            if name not in draft.given:
                yield from (name, self.filling.slugs[name].source)

    def unchanged(self, row: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """The slugs that stay as they are, since what they are made of does."""
        slugs = self.filling.slugs
        return {
            name: known[name]
            for name in self.filling.following
            if name in row and name in known and row[slugs[name].source] == known[slugs[name].source]
        }

    def sets(self, actor: Actor, column: str) -> bool:
        """Whether the actor may set a column whatever the row."""
        return all(self.deciders.decide(name, actor).is_yes for name in self.guards_of((column,)))

    def find_shape(self, actor: Actor, fields: tuple[str, ...], columns: tuple[str, ...]) -> Finding:
        """The statement that finds and locks the row."""
        names = (self.resource.name, self.policy, *fields)
        deleting = self.operation.action == "delete"

        under = () if self.parent is None else self.parent.columns

        def make() -> Finding:
            guards, flags = self.deciders.guards(names, actor), self.undecided(actor, names)
            return find_statement(
                self.schema,
                FindPlan(self.resource.name, self.keys.columns, guards, flags, columns, deleting, under=under),
            )

        finding: Finding = self.shapes.get(
            (self.policy, "find", names, columns, self.deciders.numbers(names, actor)), make
        )
        return finding

    def check_shape(self, actor: Actor, reference: Reference) -> Statement:
        """The statement that looks for what a reference means, and whether some resource lets the actor read it."""
        resources = self.readers_of(actor, reference)
        shape = ("check", reference.table, reference.target, resources, self.deciders.numbers(resources, actor))
        statement: Statement | None = self.shapes.find(shape)
        if statement is not None:
            return statement
        return self.shapes.keep(shape, check_statement(self.schema, self.check_plan(actor, reference, resources)))

    def check_plan(self, actor: Actor, reference: Reference, resources: tuple[str, ...]) -> CheckPlan:
        """The plan of looking for what a reference means, as one of these resources lets the actor read it."""
        return CheckPlan(reference.table, reference.target, resources, self.deciders.guards(resources, actor))

    def readers_of(self, actor: Actor, reference: Reference) -> tuple[str, ...]:
        """The resources that may let the actor read what a reference means; none where one of them surely does."""
        resources = self.targets[reference.columns, reference.table]
        for name in resources:
            if self.deciders.decide(name, actor).is_yes:
                return ()
        return resources

    def write_shape(
        self,
        actor: Actor,
        columns: tuple[str, ...],
        resets: tuple[str, ...],
        fields: tuple[str, ...],
        *,
        later: bool = False,
        checks: tuple[tuple[Reference, tuple[str, ...]], ...] = (),
    ) -> Writing:
        """The statement that writes the row; `checks` are references with those who may let the actor read them."""
        kept = () if self.operation.action == "delete" else (self.resource.name, self.policy, *fields)
        names = tuple(dict.fromkeys((*kept, *self.reading)))
        shape: tuple[Any, ...] = (self.policy, columns, resets, later, names, self.deciders.numbers(names, actor))
        if checks:
            shape += tuple([(one.columns, readers, self.deciders.numbers(readers, actor)) for one, readers in checks])
        writing: Writing | None = self.shapes.find(shape)
        if writing is not None:
            return writing
        new = self.operation.action == "create"
        plan = WritePlan(
            selection=Selection(self.resource.name, ()) if not kept else self.selection,
            guards=self.deciders.guards(names, actor),
            action="insert" if new else "update",
            columns=columns,
            flags=self.undecided(actor, kept),
            resets=resets,
            lookup=self.keys.columns if new else (),
            later=later,
            checks=tuple((one.columns, self.check_plan(actor, one, readers)) for one, readers in checks),
        )
        return self.shapes.keep(shape, write_statement(self.schema, plan))

    def judge_shape(self, actor: Actor, columns: tuple[str, ...], names: tuple[str, ...]) -> Judging:
        """The statement that says what these policies of a new row would be, had it been stored."""
        judging: Judging = self.shapes.get(
            (self.policy, "judge", columns, names, self.deciders.numbers(names, actor)),
            lambda: judge_statement(
                self.schema,
                WritePlan(
                    selection=self.selection,
                    guards=self.deciders.guards(names, actor),
                    action="insert",
                    columns=columns,
                    flags=names,
                ),
            ),
        )
        return judging

    def undecided(self, actor: Actor, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the policies that the row has a say in."""
        return tuple(name for name in names if not self.deciders.decide(name, actor).is_yes)

    def existence_shape(self, reference: Reference) -> Statement:
        """The statement that looks for what a reference means, whoever asks."""
        plan = CheckPlan(reference.table, reference.target, (), self.deciders.guards((), NOBODY))
        shape = ("check", reference.table, reference.target, (), ())
        statement: Statement = self.shapes.get(shape, lambda: check_statement(self.schema, plan))
        return statement
