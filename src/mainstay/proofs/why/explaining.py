"""Follows a call as the engine decides it, without making it, and keeps which clause of which policy decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from msgspec import structs

from mainstay.actor import Actor
from mainstay.engine import Call, Engine
from mainstay.engine.asked import Asked, Keys, keys_before
from mainstay.engine.call import NOTHING
from mainstay.engine.mistakes import Mistakes
from mainstay.engine.plan import SEARCHED, Condition, ListPlan
from mainstay.engine.reading import Reader
from mainstay.engine.sql.read import list_statement
from mainstay.engine.sql.statement import Inputs
from mainstay.engine.work import Draft
from mainstay.engine.writing import Writer
from mainstay.errors import Forbidden, MainstayError, NotFound, ReferenceNotFound, Unauthenticated
from mainstay.operation import Field, Operation, Resource
from mainstay.policy.rows import Row
from mainstay.policy.tree import ANYONE, ActorValue, InClaim, Node, Role, Scope, SignedIn
from mainstay.proofs.why.clauses import Asking, Clause, clause
from mainstay.proofs.why.gathering import Gathering
from mainstay.storage import Storage

ONLY_POLICIES = "Rules, constraints and the code of the application may still refuse it: only policies are looked at."


@dataclass(frozen=True, slots=True)
class Judged:
    """One policy of the call for one row: what it is of, and its clauses with their truths."""

    name: str
    """`recipes.read`, `recipes.update`, `recipes.notes (read field)`."""
    row: str
    """Of which row it is asked, in words."""
    clause: Clause
    needs_actor: bool
    """Whether it looks at the caller at all, so that signing in could help."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """A condition that the caller gave to a list."""

    parameter: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Why:
    """What a call is answered as far as policies decide it, and by what."""

    operation: str
    key: tuple[str, ...]
    actor: Actor
    status: int | None
    """HTTP's; None where it depends on a row that is not there yet."""
    code: str | None
    sentence: str
    judged: tuple[Judged, ...] = ()
    """The policies in the order in which they are asked."""
    decided_by: tuple[str, ...] = ()
    """The names of those that refuse."""
    listed: bool | None = None
    """Of a list, whether the row is in it."""
    filtered: tuple[Filtered, ...] = ()
    hidden: tuple[Judged, ...] = ()
    """The policies of those fields that are left out of the answer."""
    note: str = ""


class Explaining:
    """One call of one caller at one moment."""

    def __init__(self, engine: Engine, storage: Storage, call: Call) -> None:
        self.engine = engine
        self.application = engine.application
        self.storage = storage
        self.call = call
        self.operation: Operation = call.operation
        self.now = engine.clock()
        self.gathering = Gathering(self.application, storage, engine.database, call.actor, self.now)
        self.judged: list[Judged] = []

    async def explain(self, key: Sequence[str]) -> Why:
        """Why the call is answered so; `key` is the row's lookup where that stands in no path, as for a list.

        Raises ValidationError where what is given has the wrong form.
        """
        behaviour = self.operation.behaviour
        if self.operation.resource is None or (behaviour is not None and behaviour.rows == "none"):
            return self.without_rows()
        resource = self.application.resource(self.operation.resource)
        if self.operation.action == "get":
            self.engine.readers[self.operation.name].questions.read(self.call)
        draft = self.draft()
        refused = self.before_rows(resource, draft)
        if refused is not None:
            return refused
        above = await self.parent()
        if isinstance(above, Why):
            return above
        if self.operation.action == "create":
            return await self.create(resource, draft, above)
        row = await self.row(resource, key or self.own_key(resource))
        if row is None:
            return self.told(NotFound, "There is no row with this key.", ())
        listing = self.operation.action == "list"
        if not all(row[name] is not None and row[name] == value for name, value in above.items()):
            words = "The row is there, and does not belong to the one before it in the path."
            return replace(self.done(words), listed=False) if listing else self.told(NotFound, words, ())
        reads = await self.judge(f"{resource.name}.read", resource.read, row, resource.table, "the row")
        if listing:
            return await self.page(resource, row, reads, above)
        if not reads.clause.allows:
            return self.told(NotFound, "The row is there, and the caller may not read it.", (reads,))
        if self.operation.action == "get":
            hidden = await self.hidden(resource, row)
            return self.done("The caller may read the row.", hidden)
        return await self.change(resource, row, draft)

    # What is decided before any row

    def without_rows(self) -> Why:
        """The answer of an operation that is about no row."""
        found = self.of_policy(self.operation.name, self.operation.policy, {}, "", "whatever the row")
        self.judged.append(found)
        if found.clause.refuses:
            return self.denied([found], "The caller may not do this.")
        return self.done("The policy lets the caller do this.")

    def before_rows(self, resource: Resource, draft: Draft | None) -> Why | None:
        """The refusal that no row could change."""
        policies = [(self.operation.name, self.operation.policy)]
        if self.operation.action == "list" and self.operation.policy != resource.read:
            policies.append((f"{resource.name}.read", resource.read))
        return self.hopeless(policies, resource) or self.hopeless(self.guards(resource, draft), resource)

    def hopeless(self, policies: Sequence[tuple[str, Node]], resource: Resource) -> Why | None:
        """The refusal where one of the policies cannot be true of any row."""
        found = [self.of_policy(name, policy, {}, resource.table, "any row") for name, policy in policies]
        refusing = [judged for judged in found if judged.clause.refuses]
        if not refusing:
            return None
        self.judged.extend(refusing)
        return self.denied(refusing, "The caller is refused whatever the row.")

    def guards(self, resource: Resource, draft: Draft | None) -> list[tuple[str, Node]]:
        """The policies of the fields that a write sets."""
        given = {} if draft is None else draft.given
        return [
            (f"{resource.name}.{field.name} (write field)", field.write)
            for field in resource.fields
            if field.column in given and field.write != ANYONE
        ]

    # What is given

    def draft(self) -> Draft | None:
        """What a write gives, where its body is given."""
        writer = self.engine.writers.get(self.operation.name)
        return None if writer is None or self.call.body is NOTHING else writer.read(self.call)

    def own_key(self, resource: Resource) -> Sequence[str]:
        """The values in the path that are the row's own."""
        before = keys_before(self.application, self.operation)
        return self.call.key[before : before + len(resource.lookup)]

    # Rows

    async def row(self, resource: Resource, texts: Sequence[str]) -> Row | None:
        """The row with these values of the lookup, whoever may read it."""
        keys, mistakes = Keys(self.storage, resource), Mistakes()
        values = keys.values(list(texts), mistakes)
        mistakes.check()
        return await self.gathering.find(resource.table, dict(zip(keys.columns, values, strict=True)))

    async def parent(self) -> Mapping[str, Any] | Why:
        """What the path says of the columns of the operation's rows; the refusal where it leads nowhere."""
        under = self.operation.under
        if under is None:
            return {}
        resource = self.application.resource(under.resource)
        row = await self.row(resource, self.call.key[: len(resource.lookup)])
        if row is None:
            return self.told(NotFound, "The path leads over a row that is not there.", ())
        words = "the row before it in the path"
        reads = await self.judge(f"{resource.name}.read", resource.read, row, resource.table, words)
        if not reads.clause.allows:
            return self.told(NotFound, "The path leads over a row that the caller may not read.", (reads,))
        own = self.application.resource(self.operation.resource or "").table
        (step,) = self.application.table(own).relation(under.relation).steps
        return {local: row[remote] for local, remote in step.pairs}

    # Policies

    async def judge(self, name: str, policy: Node, row: Row, table: str, words: str, *, stored: bool = True) -> Judged:
        """One policy for one row, kept among those that were asked."""
        found = await self.asked_of(name, policy, row, table, words, stored=stored)
        self.judged.append(found)
        return found

    async def asked_of(
        self, name: str, policy: Node, row: Row, table: str, words: str, *, stored: bool = True
    ) -> Judged:
        """One policy for one row."""
        await self.gathering.look(policy, row, table, stored=stored)
        return self.of_policy(name, policy, {table: row}, table, words, None if stored else {table: row})

    def of_policy(
        self,
        name: str,
        policy: Node,
        sources: Mapping[str, Row],
        table: str,
        words: str,
        changed: Mapping[str, Row] | None = None,
    ) -> Judged:
        """One policy with its clauses."""
        answered = self.gathering.answered if sources else {}
        asking = Asking(self.gathering.world(changed), table, answered, partial(is_secret, self.storage))
        made = clause(policy, sources, asking, {table: table})
        about = any(isinstance(node, SignedIn | Role | Scope | ActorValue | InClaim) for node in policy.walk())
        return Judged(name, words, made, about)

    # Operations

    async def page(self, resource: Resource, row: Row, reads: Judged, above: Mapping[str, Any]) -> Why:
        """Whether a list has the row."""
        asked = self.engine.readers[self.operation.name].questions.read(self.call)
        judged = [reads]
        if self.operation.policy != resource.read:
            policy = self.operation.policy
            judged.append(await self.judge(self.operation.name, policy, row, resource.table, "the row"))
        for field in self.sorted_by(resource, asked):
            name = f"{resource.name}.{field.name} (read field), which is sorted by"
            judged.append(await self.judge(name, field.read, row, resource.table, "the row"))
        refusing = [one for one in judged if not one.clause.allows]
        if refusing:
            names = tuple(one.name for one in refusing)
            return replace(self.done("The list is answered without this row."), listed=False, decided_by=names)
        filtered = [
            Filtered(parameter, await self.holds(condition, value, asked, resource, row, above))
            for parameter, condition, value in self.conditions(asked)
        ]
        listed = all(one.holds for one in filtered)
        hidden = await self.hidden(resource, row) if listed else ()
        words = "The list has the row." if listed else "The policies allow the row; what is asked for leaves it out."
        return replace(self.done(words, hidden), listed=listed, filtered=tuple(filtered))

    def sorted_by(self, resource: Resource, asked: Asked) -> list[Field]:
        """The fields with a policy that the list is sorted by."""
        return [field for field in resource.fields if field.name in asked.sorted_by and field.read != ANYONE]

    def conditions(self, asked: Asked) -> list[tuple[str, Condition, Any]]:
        """The conditions of a list, each with its parameter and value."""
        return [
            ("q" if condition == SEARCHED else f"{condition.filter}[{condition.operator}]", condition, value)
            for condition, value in zip(asked.conditions, asked.filters, strict=True)
        ]

    async def holds(
        self, condition: Condition, value: Any, asked: Asked, resource: Resource, row: Row, above: Mapping[str, Any]
    ) -> bool:
        """Whether the list has the row under one of its conditions alone, as the engine's own statement says."""
        reader: Reader = self.engine.readers[self.operation.name]
        alone = structs.replace(asked, conditions=(condition,), filters=[value], sorted_by=(), order=resource.order)
        key = self.application.table(resource.table).key
        reading = list_statement(
            reader.schema,
            ListPlan(
                selection=alone.selection,
                guards=reader.deciders.guards(reader.involved(alone), self.call.actor),
                conditions=alone.conditions,
                order=alone.order,
                under=(*reader.under, *key),
            ),
        )
        inputs = Inputs(self.call.actor, lambda: self.now, alone.filters, limit=1)
        inputs.under = [*(above[name] for name in reader.under), *(row[name] for name in key)]
        statement = reading.statement
        return bool(await self.engine.database.read(statement.text, statement.values(inputs)))

    async def hidden(self, resource: Resource, row: Row) -> tuple[Judged, ...]:
        """The policies of the fields that the caller is not answered."""
        answer = self.operation.answer
        shown = None if answer is None else {part.name for part in answer.parts}
        judged = [
            await self.asked_of(
                f"{resource.name}.{field.name} (read field)", field.read, row, resource.table, "the row"
            )
            for field in resource.fields
            if field.readable and field.read != ANYONE and (shown is None or field.name in shown)
        ]
        return tuple(one for one in judged if not one.clause.allows)

    async def create(self, resource: Resource, draft: Draft | None, above: Mapping[str, Any]) -> Why:
        """Whether a new row is allowed; without a body, as far as that can be said."""
        if draft is None:
            judged = self.of_policy(self.operation.name, self.operation.policy, {}, resource.table, "the new row")
            self.judged.append(judged)
            if judged.clause.allows:
                return self.done("The caller may create any row; fields may have policies of their own.")
            return self.open("That depends on the new row: give its members as name=value.")
        writer: Writer = self.engine.writers[self.operation.name]
        given = structs.replace(draft, given={**draft.given, **above}, above=())
        made, _ = writer.works.row(self.call.actor, given, self.now)
        unsaid = {column.name for column in self.application.table(resource.table).columns}
        unsaid -= writer.works.filling.by_database | writer.works.filling.counted
        return await self.written(resource, {**dict.fromkeys(unsaid), **made}, draft, "The caller may create this row.")

    async def change(self, resource: Resource, row: Row, draft: Draft | None) -> Why:
        """Whether a row may be changed, deleted or acted on."""
        policies = [(self.operation.name, self.operation.policy), *self.guards(resource, draft)]
        judged = [await self.judge(name, policy, row, resource.table, "the row") for name, policy in policies]
        refusing = [one for one in judged if not one.clause.allows]
        if refusing:
            return self.denied(refusing, "The caller may read the row, and may not do this with it.")
        if draft is None:
            return self.done("The caller may do this with the row.")
        writer: Writer = self.engine.writers[self.operation.name]
        made, resets = writer.works.row(self.call.actor, structs.replace(draft, above=()), self.now)
        new = {name: value for name, value in {**row, **made}.items() if name not in resets}
        return await self.written(resource, new, draft, "The caller may do this with the row.")

    async def written(self, resource: Resource, new: Row, draft: Draft, words: str) -> Why:
        """Whether a row may become what a write makes of it."""
        refused = await self.references(resource, new, draft)
        if refused is not None:
            return refused
        policies = [(self.operation.name, self.operation.policy), *self.guards(resource, draft)]
        judged = [
            await self.judge(name, policy, new, resource.table, "the row as it would be", stored=False)
            for name, policy in policies
        ]
        refusing = [one for one in judged if one.clause.refuses]
        if refusing:
            return self.denied(refusing, "The row would become one that the caller may not make.")
        if all(one.clause.allows for one in judged):
            return self.done(words)
        return self.open("That depends on what the database makes of the row.")

    async def references(self, resource: Resource, new: Row, draft: Draft) -> Why | None:
        """The refusal where the row would refer to one that is not there for the caller."""
        for reference in self.application.table(resource.table).references:
            values = {target: new.get(own) for own, target in zip(reference.columns, reference.target, strict=True)}
            if None in values.values() or not any(own in draft.given for own in reference.columns):
                continue
            columns = ", ".join(reference.columns)
            row = await self.gathering.find(reference.table, values)
            if row is None:
                return self.told(ReferenceNotFound, f"{columns} would refer to a row that is not there.", ())
            judged = [
                await self.judge(f"{one.name}.read", one.read, row, one.table, f"the row that {columns} would refer to")
                for one in self.application.resources_of(reference.table)
            ]
            if judged and not any(one.clause.allows for one in judged):
                words = f"{columns} would refer to a row that the caller may not read."
                return self.told(ReferenceNotFound, words, judged)
        return None

    # The end

    def open(self, words: str) -> Why:
        """What cannot be said before the row is there."""
        return replace(self.done(words), status=None)

    def done(self, words: str, hidden: tuple[Judged, ...] = ()) -> Why:
        """What is allowed."""
        return Why(
            *(self.operation.name, tuple(self.call.key), self.call.actor, self.operation.status, None, words),
            judged=tuple(self.judged),
            hidden=hidden,
            note="" if self.operation.action in ("get", "list") else ONLY_POLICIES,
        )

    def told(self, error: type[MainstayError], words: str, refusing: Sequence[Judged]) -> Why:
        """What is refused."""
        return Why(
            *(self.operation.name, tuple(self.call.key), self.call.actor, error.status, error.code, words),
            judged=tuple(self.judged),
            decided_by=tuple(one.name for one in refusing),
        )

    def denied(self, refusing: Sequence[Judged], words: str) -> Why:
        """What is refused: to sign in, where nobody calls and that could help with one of the policies."""
        could = not self.call.actor.is_known and any(one.needs_actor for one in refusing)
        return self.told(Unauthenticated if could else Forbidden, words, refusing)


def is_secret(storage: Storage, table: str, column: str) -> bool:
    """Whether a column's value is told to nobody."""
    kind = storage.kinds.get((table, column))
    return kind is not None and not kind.readable


async def explain(engine: Engine, storage: Storage, call: Call, key: Sequence[str] = ()) -> Why:
    """Why a call of a known actor is answered so; see `Explaining.explain`."""
    return await Explaining(engine, storage, call).explain(key)
