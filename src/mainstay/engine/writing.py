"""Rows made, changed and deleted, each in one transaction under the policies of the old row and the new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mainstay.actor import Actor
from mainstay.backing.databases.database import (
    CheckViolation,
    Command,
    Database,
    ForeignKeyViolation,
    IntegrityFailure,
    NotNullViolation,
    Script,
    UniqueViolation,
)
from mainstay.engine.asked import Mistakes, whole
from mainstay.engine.bodies import Bodies
from mainstay.engine.call import Answer, Call
from mainstay.engine.guards import Deciders
from mainstay.engine.plan import CheckPlan, FindPlan, WritePlan
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.policy import fitting
from mainstay.engine.sql.read import Schema
from mainstay.engine.sql.statement import Inputs, Statement
from mainstay.engine.sql.write import (
    Finding,
    Writing,
    check_statement,
    delete_statement,
    find_statement,
    returned_key,
    write_statement,
)
from mainstay.errors import (
    CheckFailed,
    Detail,
    Duplicate,
    Forbidden,
    MainstayError,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    ReferenceNotFound,
    StillReferenced,
    Unauthenticated,
)
from mainstay.operation import Operation, Reference, Resource
from mainstay.policy.tree import ANYONE


@dataclass(slots=True)
class Draft:
    """What a write call asks for: the row's key, and values by column."""

    key: list[Any]
    given: dict[str, Any]


class Writer:
    """One write operation: its shapes and how they are run."""

    def __init__(self, schema: Schema, operation: Operation, deciders: Deciders, shapes: Shapes) -> None:
        self.schema = schema
        self.operation = operation
        self.deciders = deciders
        self.shapes = shapes
        self.resource: Resource = schema.application.resource(operation.resource or "")
        self.table = schema.application.table(self.resource.table)
        self.policy = f":{operation.name}"
        self.bodies = Bodies(schema.application, schema.storage, operation) if operation.body is not None else None
        self.lookup = tuple(self.resource.field(name).column for name in self.resource.lookup)
        self.lookup_kinds = [(name, self.kind(self.resource.field(name).column)) for name in self.resource.lookup]
        self.selection = whole(schema.application, self.resource.name)
        self.returned = returned_key(schema, self.table.name)
        self.field_of = {field.column: field.name for field in self.resource.fields}
        self.guarded = {
            field.column: f"{self.resource.name}.{field.name}="
            for field in self.resource.fields
            if field.write != ANYONE
        }
        self.targets = {
            reference: tuple(resource.name for resource in schema.application.resources_of(reference.table))
            for reference in self.table.references
        }

    def kind(self, column: str) -> Any:
        """The kind of a column of the table."""
        return self.schema.storage.kind(self.table.name, column)

    # Validate

    def read(self, call: Call) -> Draft:
        """What the call asks for; ValidationError where it is not right."""
        mistakes = Mistakes()
        for name, _ in call.parameters:
            mistakes.add(name, "unknown_parameter", "is not a parameter here; there is none")
        key: list[Any] = []
        if self.operation.action != "create":
            for (name, kind), text in zip(self.lookup_kinds, call.key, strict=True):
                try:
                    key.append(kind.parse(text))
                except ValueError as error:
                    mistakes.add(name, "wrong_type", str(error))
        mistakes.check()
        given = self.bodies.read(call.body) if self.bodies is not None else {}
        if self.resource.must_match and self.operation.action != "create" and call.if_match is None:
            raise PreconditionRequired
        return Draft(key, given)

    # Authorize

    def authorize(self, call: Call, draft: Draft) -> None:
        """Refuses what is refused whatever the row: a field that the caller may never set."""
        denied = [
            name for column, name in self.guarded.items() if column in draft.given and self.never(name, call.actor)
        ]
        if denied:
            raise self.refused(call.actor, denied)

    def never(self, name: str, actor: Actor) -> bool:
        """Whether a policy refuses the actor whatever the row."""
        return self.deciders.decide(name, actor).is_no

    def refused(self, actor: Actor, flags: Sequence[str]) -> MainstayError:
        """What the caller is told where these policies are not true of a row that it may read."""
        fields = [name.removesuffix("=").partition(".")[2] for name in flags if name.endswith("=")]
        details = tuple(Detail(name, "forbidden", "you may not write this") for name in fields)
        if not actor.is_known and any(self.deciders.by_name[name].needs_actor for name in flags):
            return Unauthenticated()
        return Forbidden(details=details)

    # Transact

    async def write(self, call: Call, draft: Draft, database: Database, now: dt.datetime) -> Answer:
        """Runs the operation's script in one transaction."""
        try:
            return await database.write(lambda: self.script(call, draft, now))
        except IntegrityFailure as failure:
            raise self.explained(failure) from failure

    def script(self, call: Call, draft: Draft, now: dt.datetime) -> Script[Answer]:
        """What the transaction does."""
        call.statements = 0
        action = self.operation.action
        if action == "create":
            return self.create(call, draft, now)
        return self.delete(call, draft, now) if action == "delete" else self.change(call, draft, now)

    def create(self, call: Call, draft: Draft, now: dt.datetime) -> Script[Answer]:
        """A new row: references checked, inserted, its policies true of it."""
        row = {**self.defaults(call.actor), **draft.given}
        yield from self.check_references(call, draft.given, row, now)
        return (yield from self.store(call, "insert", row, self.guards_of(draft.given), [], now))

    def change(self, call: Call, draft: Draft, now: dt.datetime) -> Script[Answer]:
        """A row replaced or changed: found, allowed as it is, written, allowed as it has become."""
        flags = self.guards_of(draft.given)
        key, version = yield from self.find(call, draft, flags, now)
        row = dict(draft.given)
        if self.operation.action == "replace":
            row = {**self.blank(call.actor, draft.given), **row}
        yield from self.check_references(call, draft.given, row, now)
        self.touch(row, version)
        if not row:
            row = dict(zip(self.table.key, key, strict=True))
        return (yield from self.store(call, "update", row, flags, key, now))

    def delete(self, call: Call, draft: Draft, now: dt.datetime) -> Script[Answer]:
        """A row gone, or marked as deleted where rows are kept."""
        key, version = yield from self.find(call, draft, (), now)
        if self.resource.deleted is None:
            statement: Statement = self.shapes.get(
                (self.operation.name, "delete"), lambda: delete_statement(self.schema, self.resource.name)
            )
            yield from run(call, statement, Inputs(call.actor, now, key=key))
            return Answer(204)
        row: dict[str, Any] = {self.resource.deleted: now}
        self.touch(row, version)
        plan = WritePlan(
            replace(self.selection, fields=()), self.deciders.guards((), call.actor), "update", tuple(sorted(row)), ()
        )
        writing: Writing = self.shapes.get(
            (self.operation.name, plan.columns), lambda: write_statement(self.schema, plan)
        )
        yield from run(call, writing.statement, Inputs(call.actor, now, key=key, row=row))
        return Answer(204)

    def guards_of(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The policies of the fields that are set."""
        return tuple(name for column, name in self.guarded.items() if column in given)

    def find(
        self, call: Call, draft: Draft, fields: tuple[str, ...], now: dt.datetime
    ) -> Script[tuple[list[Any], int | None]]:
        """The row that is to be changed, locked: its key and version; raises what the caller is told otherwise."""
        names = (self.resource.name, self.policy, *fields)
        numbers = self.deciders.numbers(names, call.actor)
        flags = tuple(name for name in names if not self.deciders.decide(name, call.actor).is_yes)
        finding: Finding = self.shapes.get(
            (self.operation.name, "find", names, numbers),
            lambda: find_statement(
                self.schema,
                FindPlan(self.resource.name, self.lookup, self.deciders.guards(names, call.actor), flags),
            ),
        )
        rows = yield from run(call, finding.statement, Inputs(call.actor, now, key=draft.key))
        if not rows:
            raise NotFound
        row = rows[0]
        false = [name for name, place in finding.flags if not row[place]]
        if self.resource.name in false:
            raise NotFound
        if false:
            raise self.refused(call.actor, false)
        version = None if finding.version is None else int(row[finding.version])
        self.check_version(call, version)
        return finding.key(row), version

    def check_version(self, call: Call, version: int | None) -> None:
        """If-Match and If-None-Match, by the part of a tag that is the row's version (RFC 9110, 13.1)."""
        if call.if_match is not None and call.if_match.strip() != "*" and version not in versions(call.if_match):
            raise PreconditionFailed
        if call.if_none_match is not None and (
            call.if_none_match.strip() == "*" or version in versions(call.if_none_match)
        ):
            raise PreconditionFailed

    def touch(self, row: dict[str, Any], version: int | None) -> None:
        """Sets what every change of a row sets."""
        for (table, column), make in self.schema.storage.on_update.items():
            if table == self.table.name:
                row.setdefault(column, make())
        if self.resource.version is not None:
            row[self.resource.version] = (version or 0) + 1

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """What stands in a new row where the call says nothing."""
        row: dict[str, Any] = {}
        for column in self.table.columns:
            maker = self.schema.storage.defaults.get((self.table.name, column.name))
            if maker is not None:
                row[column.name] = maker()
            elif column.default is not None and column.default.startswith("actor."):
                row[column.name] = fitting(self.kind(column.name), actor.value(column.default.removeprefix("actor.")))
        return row

    def blank(self, actor: Actor, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a replacing call sets by leaving it out: the default, or null."""
        assert self.bodies is not None
        defaults = self.defaults(actor)
        left_out = [column for column in self.bodies.columns.values() if column not in given]
        return {column: defaults.get(column) for column in left_out}

    def check_references(
        self, call: Call, given: Mapping[str, Any], row: Mapping[str, Any], now: dt.datetime
    ) -> Script[None]:
        """Each row that the call refers to is there, and the caller may read it."""
        for reference, resources in self.targets.items():
            values = [row.get(column) for column in reference.columns]
            if not any(column in given for column in reference.columns) or None in values:
                continue
            statement = self.check_shape(call, reference, resources)
            rows = yield from run(call, statement, Inputs(call.actor, now, key=values))
            if not rows:
                raise ReferenceNotFound(details=tuple(self.not_found(reference.columns)))

    def check_shape(self, call: Call, reference: Reference, resources: tuple[str, ...]) -> Statement:
        """The statement that looks for what a reference means."""
        if any(self.deciders.decide(name, call.actor).is_yes for name in resources):
            resources = ()
        numbers = self.deciders.numbers(resources, call.actor)
        plan = CheckPlan(reference.table, reference.target, resources, self.deciders.guards(resources, call.actor))
        statement: Statement = self.shapes.get(
            ("check", reference, resources, numbers), lambda: check_statement(self.schema, plan)
        )
        return statement

    def not_found(self, columns: Sequence[str]) -> Iterator[Detail]:
        """Names the fields of a reference."""
        for column in columns:
            yield Detail(self.field_of.get(column, column), "not_found", "refers to something that does not exist")

    def store(
        self, call: Call, action: str, row: dict[str, Any], fields: tuple[str, ...], key: list[Any], now: dt.datetime
    ) -> Script[Answer]:
        """The row written, if its policies are true of what it has become; no body where the caller may not read it."""
        reading = self.deciders.reading(self.resource.name)
        names = tuple(dict.fromkeys((self.resource.name, self.policy, *fields, *reading)))
        numbers = self.deciders.numbers(names, call.actor)
        flags = tuple(
            name
            for name in (self.resource.name, self.policy, *fields)
            if not self.deciders.decide(name, call.actor).is_yes
        )
        columns = tuple(sorted(row))
        writing: Writing = self.shapes.get(
            (self.operation.name, action, columns, names, numbers),
            lambda: write_statement(
                self.schema, WritePlan(self.selection, self.deciders.guards(names, call.actor), action, columns, flags)
            ),
        )
        inputs = Inputs(call.actor, now, key=key, row=row)
        rows = yield from run(call, writing.statement, inputs)
        if writing.again is not None and rows:
            rows = yield from run(call, writing.again, replace(inputs, key=self.returned(rows[0])))
        if not rows:
            raise NotFound
        written = rows[0]
        false = [name for name, place in writing.flags if not written[place]]
        denied = [name for name in false if name != self.resource.name]
        if denied:
            raise self.refused(call.actor, denied)
        if false:
            return Answer(204)
        version = None if writing.version is None else str(written[writing.version])
        made = self.made(row, writing, written) if action == "insert" else None
        return Answer(self.operation.status, writing.make(written), version=version, key=made)

    def made(self, row: Mapping[str, Any], writing: Writing, written: Sequence[Any]) -> tuple[str, ...]:
        """What stands in the path of a new row."""
        stored = dict(zip(self.table.key, writing.key(written), strict=True))
        return tuple(str(stored.get(column, row.get(column))) for column in self.lookup)

    # What constraints say

    def explained(self, failure: IntegrityFailure) -> MainstayError:
        """A constraint's refusal as the caller is told it, by field."""
        if isinstance(failure, UniqueViolation):
            return Duplicate(details=self.details(self.unique_columns(failure), "duplicate", "is taken"))
        if isinstance(failure, ForeignKeyViolation):
            if self.operation.action == "delete":
                return StillReferenced()
            named = next((ref for ref in self.table.references if ref.name and ref.name == failure.constraint), None)
            return ReferenceNotFound(details=tuple(self.not_found(named.columns if named is not None else ())))
        columns = failure.columns
        if isinstance(failure, CheckViolation) and failure.constraint:
            name = failure.constraint.removeprefix(f"ck_{self.table.name}_")
            columns = (name,) if name in self.field_of else ()
        words = "must be given" if isinstance(failure, NotNullViolation) else "is not a value that the data allow"
        return CheckFailed(details=self.details(columns, "check_failed", words))

    def unique_columns(self, failure: IntegrityFailure) -> tuple[str, ...]:
        """The columns of the unique constraint that refused."""
        if failure.columns:
            return failure.columns
        for columns, name in zip(self.table.unique, self.table.unique_names, strict=True):
            if name == failure.constraint:
                return columns
        return self.table.key if failure.constraint == f"pk_{self.table.name}" else ()

    def details(self, columns: Sequence[str], code: str, message: str) -> tuple[Detail, ...]:
        """One detail for each field that is kept in one of the columns."""
        return tuple(Detail(self.field_of[column], code, message) for column in columns if column in self.field_of)


def run(call: Call, statement: Statement, inputs: Inputs) -> Script[Sequence[Any]]:
    """One statement of a script."""
    call.statements += 1
    return (yield Command(statement.text, statement.values(inputs)))


def versions(tags: str) -> set[int]:
    """The versions in a list of strong entity tags; weak ones never match (RFC 9110, 13.1.1)."""
    found: set[int] = set()
    for tag in tags.split(","):
        text = tag.strip()
        if len(text) >= 2 and text[0] == text[-1] == '"':
            number = text[1:-1].partition(".")[0]
            if number.isascii() and number.isdigit() and len(number) < 19:
                found.add(int(number))
    return found
