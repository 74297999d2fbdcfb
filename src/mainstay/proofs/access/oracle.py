"""The oracle: what the answer must be, from the policies and the rows alone, without SQL and without the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mainstay.operation import Application, Field, Filter, Resource
from mainstay.policy.rows import World
from mainstay.policy.tree import ActorValue, InClaim, Node, Role, Scope, SignedIn
from mainstay.proofs.access.cells import BY_RELEVANCE, Cell, Question, Row, to_wire, written_fields
from mainstay.proofs.access.constraints import Constraints
from mainstay.proofs.access.easing import allowed_by
from mainstay.proofs.access.finding import Weighed, is_found, relevance
from mainstay.proofs.access.foresight import possible_truths
from mainstay.proofs.access.lists import Lists, Wanted
from mainstay.proofs.access.nesting import belongs, leads_nowhere, said
from mainstay.proofs.access.order import ordered
from mainstay.proofs.access.paths import answered_fields, branches, is_own_ancestor
from mainstay.proofs.access.personas import Persona
from mainstay.proofs.access.rows import Generated
from mainstay.proofs.access.values import compares, constant
from mainstay.proofs.access.worked_out import computed_value, condition_holds, derived_value, looked_at
from mainstay.storage import Storage

Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the answer to a cell must be."""

    statuses: frozenset[int]
    data: Any = None
    """Of a read that is done: the answer, as JSON has it."""
    total: int | None = None
    effect: str = "none"
    """Of a write that is done: `created`, `changed` or `deleted`; nothing else may change but what follows from it."""
    written: Row | None = None
    """By column, what a done create or change must leave in the row."""
    lists: Wanted | None = None
    """What the lists of its body must come to."""

    @property
    def outcome(self) -> tuple[Any, ...]:
        """Equal for cells that are alike in what they must come to."""
        fields = tuple(sorted(self.data)) if isinstance(self.data, dict) else len(self.data or ())
        return tuple(sorted(self.statuses)), self.effect, fields, None if self.lists is None else self.lists.outcome


class Oracle(Constraints):
    """The policies of an application over generated rows."""

    def __init__(self, application: Application, storage: Storage, generated: Generated) -> None:
        super().__init__(application, storage, generated)
        self.hopes: dict[tuple[int, str], tuple[Node, bool]] = {}
        """Policies by identity, each kept so that its identity stays its own."""
        self.known: dict[tuple[str, str, int], bool] = {}
        self.worked: dict[tuple[str, str, str, int], Any] = {}

    def expect(self, cell: Cell) -> Expected:
        """What the answer to a cell must be."""
        match cell.operation.action:
            case "list":
                return self.page(cell)
            case "get":
                return self.get(cell)
            case "create":
                return self.create(cell)
            case "delete":
                return self.delete(cell)
            case "action":
                return self.act(cell)
            case _:
                return self.change(cell)

    def policy(self, cell: Cell) -> Node:
        """The policy that a cell's operation has here, which may be a mutant's."""
        return self.application.operation(cell.operation.name).policy

    # What an actor may

    def world(self, persona: Persona, tables: Tables | None = None) -> World:
        """What a policy is evaluated in."""
        return World(persona.actor, self.generated.now, tables or self.generated.rows, constant)

    def reads(self, resource: Resource, row: Row, persona: Persona, tables: Tables | None = None) -> bool:
        """Whether the persona may read the row."""
        if tables is not None:
            return allowed_by(resource.read, row, resource.table, self.world(persona, tables))
        key = (resource.name, persona.name, id(row))
        if key not in self.known:
            self.known[key] = allowed_by(resource.read, row, resource.table, self.world(persona))
        return self.known[key]

    def reads_field(
        self, resource: Resource, field: Field, row: Row, persona: Persona, tables: Tables | None = None
    ) -> bool:
        """Whether the persona may read a field of a row that it may read."""
        return allowed_by(field.read, row, resource.table, self.world(persona, tables))

    def value(self, resource: Resource, column: str, row: Row, persona: Persona, tables: Tables | None = None) -> Any:
        """The value of a column, or of a computed field, in Python's form."""
        if column in row:
            return row[column]
        key = (resource.name, column, persona.name, id(row))
        if tables is not None or key not in self.worked:
            kind = self.storage.kind_in(resource, column)
            allows = partial(self.lets, persona, tables)
            field = next(field for field in resource.fields if field.column == column)
            worked = computed_value(resource, field, row, self.world(persona, tables), allows, kind)
            if tables is not None:
                return worked
            self.worked[key] = worked
        return self.worked[key]

    def lets(self, persona: Persona, tables: Tables | None, policy: str, row: Row) -> bool:
        """Whether the policy of a resource's rows, or of a field of them, lets the persona read a row."""
        name, _, field = policy.partition(".")
        resource = self.application.resource(name)
        if field:
            return self.reads_field(resource, resource.field(field), row, persona, tables)
        return self.reads(resource, row, persona, tables)

    def allowed(self, policy: Node, row: Row, table: str, world: World) -> bool:
        """Whether a policy allows a row."""
        return allowed_by(policy, row, table, world)

    def reads_anyhow(self, table: str, row: Row, persona: Persona, tables: Tables | None = None) -> bool:
        """Whether some resource lets the persona read a row of a table, or none exposes the table."""
        exposing = list(self.application.resources_of(table))
        return not exposing or any(self.reads(resource, row, persona, tables) for resource in exposing)

    def denied(self, policy: Node, persona: Persona) -> frozenset[int]:
        """What is told to whom a policy refuses."""
        about = any(isinstance(node, SignedIn | Role | Scope | ActorValue | InClaim) for node in policy.walk())
        could = not persona.actor.is_known and about
        return frozenset({401 if could else 403})

    def hopeless(self, policy: Node, persona: Persona) -> bool:
        """Whether no row whatever could be allowed."""
        key = (id(policy), persona.name)
        if key not in self.hopes:
            could = possible_truths(policy, persona.actor, self.generated.now, constant)
            self.hopes[key] = (policy, True not in could)
        return self.hopes[key][1]

    def certain(self, policy: Node, persona: Persona) -> bool:
        """Whether every row whatever is allowed."""
        return possible_truths(policy, persona.actor, self.generated.now, constant) == {True}

    # Reads

    def page(self, cell: Cell) -> Expected:
        """Which rows, in which order, with which fields."""
        resource = self.application.resource(cell.operation.resource or "")
        for policy in (self.policy(cell), resource.read):
            if self.hopeless(policy, cell.persona):
                return Expected(self.denied(policy, cell.persona))
        if leads_nowhere(self.application, cell, self.reads):
            return Expected(frozenset({404}))
        rows = [row for row in self.generated.rows[resource.table] if self.listed(resource, row, cell)]
        ordered = self.sorted(resource, rows, cell)
        question = cell.question
        if not question.fields and cell.operation.answer is not None:
            question = replace(question, fields=answered_fields(resource, cell.operation.answer))
        data = [self.shown(resource, row, cell.persona, question) for row in ordered]
        told = cell.question.count and (cell.operation.counts or cell.operation.pages == "cursor")
        return Expected(frozenset({200}), data, len(data) if told else None)

    def listed(self, resource: Resource, row: Row, cell: Cell) -> bool:
        """Whether a row stands in a list."""
        if cell.above is not None and not belongs(self.application, cell.operation, row, cell.above):
            return False
        if not self.reads(resource, row, cell.persona):
            return False
        if not allowed_by(self.policy(cell), row, resource.table, self.world(cell.persona)):
            return False
        for sort in resource.sorts:
            sorted_by = any(name == sort.name for name, _ in cell.question.sort)
            if sorted_by and not self.reads_column(resource, sort.column, row, cell.persona):
                return False
        if cell.question.search:
            texts = [text for _, text in self.searched(resource, row, cell.persona)]
            if not is_found(cell.question.search, texts):
                return False
        return all(self.selects(resource, row, *wanted, cell.persona) for wanted in cell.question.filters)

    def searched(self, resource: Resource, row: Row, persona: Persona) -> Weighed:
        """What of a row the persona may search, each text counting twice as much as the next field's."""
        fields = [resource.field(name) for name in resource.search]
        return [
            (2 ** (len(fields) - place), row[field.column])
            for place, field in enumerate(fields, 1)
            if self.reads_field(resource, field, row, persona)
        ]

    def reads_column(
        self, resource: Resource, column: str, row: Row, persona: Persona, tables: Tables | None = None
    ) -> bool:
        """Whether the persona may read the field that a column is of; a column that is no field has no policy."""
        fields = [field for field in resource.fields if field.column == column]
        return all(self.reads_field(resource, field, row, persona, tables) for field in fields)

    def selects(
        self, resource: Resource, row: Row, filter_: Filter, operator: str, wanted: Any, persona: Persona
    ) -> bool:
        """Whether a filter is true of a row, as far as the persona may know."""
        if filter_.where is not None:
            if not all(self.reads_column(resource, name, row, persona) for name in looked_at(resource, filter_.where)):
                return False
            allows = partial(self.lets, persona, None)
            return condition_holds(resource, filter_.where, row, wanted, self.world(persona), allows)
        if not filter_.relations:
            return self.reads_column(resource, filter_.column, row, persona) and compares(
                self.value(resource, filter_.column, row, persona), operator, wanted
            )
        rows: list[Row] = [row]
        table = self.application.table(resource.table)
        for place, name in enumerate(filter_.relations):
            relation = table.relation(name)
            for step in relation.steps:
                rows = [
                    other
                    for here in rows
                    for other in self.generated.rows[step.table]
                    if all(here[own] is not None and here[own] == other[there] for own, there in step.pairs)
                ]
                if step is not relation.steps[-1]:
                    rows = [here for here in rows if self.reads_anyhow(step.table, here, persona)]
            table = self.application.table(relation.target)
            guard = self.application.resource(filter_.guards[place])
            rows = [here for here in rows if self.reads(guard, here, persona)]
        target = self.application.resource(filter_.resource or "")
        return any(
            self.reads(target, here, persona)
            and self.reads_column(target, filter_.column, here, persona)
            and compares(here[filter_.column], operator, wanted)
            for here in rows
        )

    def sorted(self, resource: Resource, rows: Sequence[Row], cell: Cell) -> Sequence[Row]:
        """Rows in order: null is the smallest value, the key decides between equals; the most relevant first."""
        columns = {sort.name: sort.column for sort in resource.sorts}
        order = [(columns[name], down) for name, down in cell.question.sort if name in columns]
        order = order or list(cell.operation.order or resource.order)
        present = {column for column, _ in order}
        order += [
            (column, order[-1][1]) for column in self.application.table(resource.table).key if column not in present
        ]
        persona = cell.persona
        rows = ordered(rows, order, lambda row, column: self.value(resource, column, row, persona))
        if cell.question.sort == BY_RELEVANCE:
            texts = {id(row): self.searched(resource, row, persona) for row in rows}
            rows = sorted(rows, key=lambda row: -relevance(cell.question.search, texts[id(row)]))
        return rows

    def shown(
        self, resource: Resource, row: Row, persona: Persona, question: Question, tables: Tables | None = None
    ) -> dict[str, Any]:
        """A row as the persona sees it."""
        seen: dict[str, Any] = {}
        for field in resource.fields:
            wanted = not question.fields or field.name in question.fields
            if field.readable and wanted and self.reads_field(resource, field, row, persona, tables):
                if field.derived is not None:
                    seen[field.name] = derived_value(self.storage, resource, field, row)
                else:
                    value = self.value(resource, field.column, row, persona, tables)
                    seen[field.name] = to_wire(self.storage.kind_in(resource, field.column), value)
        asked = branches(question.includes)
        for include in resource.includes:
            if include.embedded and (not question.fields or include.name in question.fields):
                asked.setdefault(include.name, ())
        for name, paths in asked.items():
            seen[name] = self.included(resource, row, name, paths, persona, tables)
        return seen

    def included(
        self, resource: Resource, row: Row, name: str, paths: tuple[str, ...], persona: Persona, tables: Tables | None
    ) -> Any:
        """What a relation leads to as the persona sees it: one row or None, or the first rows in order."""
        include = next(include for include in resource.includes if include.name == name)
        target = self.application.resource(include.resource)
        rows: list[Row] = [row]
        steps = self.application.table(resource.table).relation(include.relation).steps
        for step in steps:
            rows = [
                other
                for other in (tables or self.generated.rows)[step.table]
                if any(
                    all(here[own] is not None and here[own] == other[its] for own, its in step.pairs) for here in rows
                )
                and (step is steps[-1] or self.reads_anyhow(step.table, other, persona, tables))
            ]
        seen = [other for other in rows if self.reads(target, other, persona, tables)]
        if include.value is not None:
            seen = [
                other
                for other in seen
                if other[include.value] is not None and self.reads_column(target, include.value, other, persona, tables)
            ]
        if include.many:
            seen = ordered(seen, include.order)[: include.limit]
        if include.value is not None:
            kind = self.storage.kind(target.table, include.value)
            return [to_wire(kind, other[include.value]) for other in seen]
        shown = [self.shown(target, other, persona, Question(includes=paths), tables) for other in seen]
        return shown if include.many else shown[0] if shown else None

    def get(self, cell: Cell) -> Expected:
        """One row."""
        assert cell.row is not None
        if self.hopeless(self.policy(cell), cell.persona):
            return Expected(self.denied(self.policy(cell), cell.persona))
        resource = self.application.resource(cell.operation.resource or "")
        if leads_nowhere(self.application, cell, self.reads) or not self.reads(resource, cell.row, cell.persona):
            return Expected(frozenset({404}))
        return Expected(frozenset({200}), self.shown(resource, cell.row, cell.persona, cell.question))

    # Writes

    def create(self, cell: Cell) -> Expected:
        """A new row."""
        assert cell.given is not None
        policy, persona = self.policy(cell), cell.persona
        resource = self.application.resource(cell.operation.resource or "")
        if self.hopeless(policy, persona):
            return self.refusal(cell, self.denied(policy, persona))
        if cell.smuggled is not None:
            return Expected(frozenset({400}))
        for guard in self.guards(resource, cell.given):
            if self.hopeless(guard, persona):
                return Expected(self.denied(guard, persona))
        if leads_nowhere(self.application, cell, self.reads):
            return Expected(frozenset({404}))
        given = {**cell.given, **said(self.application, cell.operation, cell.above)}
        guards = self.guards(resource, given)
        new = self.new_row(resource, given, persona)
        if breaks_transition(resource, new, None):
            return Expected(frozenset({409}))
        if self.refers_beyond(resource, given, new, persona):
            return Expected(frozenset({422}))
        may_collide = frozenset({409}) if self.collides(resource, new, None) else frozenset()
        if any(new[column.name] is None for column in self.must_have(resource, new)):
            return Expected(frozenset({422}) | may_collide)
        return self.stored(cell, resource, [policy, *guards], new, None, "created", may_collide, given)

    def change(self, cell: Cell) -> Expected:
        """A row replaced or changed."""
        assert cell.given is not None
        assert cell.row is not None
        policy, persona, row = self.policy(cell), cell.persona, cell.row
        resource = self.application.resource(cell.operation.resource or "")
        if self.hopeless(policy, persona):
            return self.refusal(cell, self.denied(policy, persona))
        if cell.smuggled is not None:
            return Expected(frozenset({400}))
        guards = self.guards(resource, cell.given)
        for guard in guards:
            if self.hopeless(guard, persona):
                return Expected(self.denied(guard, persona))
        if leads_nowhere(self.application, cell, self.reads) or not self.reads(resource, row, persona):
            return Expected(frozenset({404}))
        world = self.world(persona)
        false = [guard for guard in (policy, *guards) if not allowed_by(guard, row, resource.table, world)]
        if false:
            return Expected(self.denied_by_any(false, persona))
        new = {**row, **cell.given}
        if cell.operation.action == "replace":
            new |= self.left_out(cell, resource)
        if breaks_transition(resource, new, row):
            return Expected(frozenset({409}))
        if self.refers_beyond(resource, cell.given, new, persona):
            return Expected(frozenset({422}))
        may_collide = frozenset({409}) if self.collides(resource, new, row) else frozenset()
        return self.stored(cell, resource, [policy, *guards], new, row, "changed", may_collide, new)

    def stored(
        self,
        cell: Cell,
        resource: Resource,
        policies: Sequence[Node],
        new: Row,
        old: Row | None,
        effect: str,
        may_collide: frozenset[int],
        written: Row,
    ) -> Expected:
        """What is answered for a row that has been written, if its policies are true of it."""
        lists = Lists(self, cell.persona, cell.operation.action).of(resource, cell.lists, new, old)
        tables = lists.tables(self.with_row(resource, new, old))
        after = self.world(cell.persona, tables)
        for several, table, row in lists.judged:
            false = [policy for policy in several if not allowed_by(policy, row, table, after)]
            lists.refused |= self.denied_by_any(false, cell.persona) if false else set()
        lists.refused |= may_collide
        if any(is_own_ancestor(self.application, resource, column, new, tables) for column in resource.acyclic):
            lists.refused.add(422)
        false = [policy for policy in policies if not allowed_by(policy, new, resource.table, after)]
        if false:
            lists.refused |= self.denied_by_any(false, cell.persona)
        if lists.refused:
            return Expected(frozenset(lists.refused | lists.perhaps))
        done = cell.operation.status if self.reads(resource, new, cell.persona, tables) else 204
        extra = frozenset({422}) if self.has_checks(resource.table) else frozenset()
        told = frozenset({done}) | extra | lists.perhaps
        return Expected(told, effect=effect, written=written, lists=lists if cell.lists else None)

    def delete(self, cell: Cell) -> Expected:
        """A row gone."""
        assert cell.row is not None
        policy, persona = self.policy(cell), cell.persona
        resource = self.application.resource(cell.operation.resource or "")
        if self.hopeless(policy, persona):
            return Expected(self.denied(policy, persona))
        if leads_nowhere(self.application, cell, self.reads) or not self.reads(resource, cell.row, persona):
            return Expected(frozenset({404}))
        if not allowed_by(policy, cell.row, resource.table, self.world(persona)):
            return Expected(self.denied(policy, persona))
        kept = resource.deleted is not None or not self.is_referenced(resource.table, cell.row)
        return Expected(frozenset({cell.operation.status} | (set() if kept else {409})), effect="deleted")

    def act(self, cell: Cell) -> Expected:
        """An action whose code does nothing: refused, or answered with its row where it answers rows of its own."""
        policy, persona, behaviour = self.policy(cell), cell.persona, cell.operation.behaviour
        assert behaviour is not None
        if self.hopeless(policy, persona):
            return Expected(self.denied(policy, persona))
        resource = self.application.resource(cell.operation.resource or "")
        shown: Any = None
        if cell.row is not None:
            if not self.reads(resource, cell.row, persona):
                return Expected(frozenset({404}))
            if not allowed_by(policy, cell.row, resource.table, self.world(persona)):
                return Expected(self.denied(policy, persona))
            shown = self.shown(resource, cell.row, persona, Question())
        if behaviour.answers is None:
            return Expected(frozenset({204}))
        return Expected(frozenset({200}), [shown] if behaviour.rows == "many" else shown)

    def refusal(self, cell: Cell, statuses: frozenset[int]) -> Expected:
        """A refusal whatever the row; a body that is wrong as well may be told of first."""
        return Expected(statuses | {400} if cell.smuggled is not None else statuses)

    def denied_by_any(self, policies: Sequence[Node], persona: Persona) -> frozenset[int]:
        """What is told to whom several policies refuse: to sign in, where that could help with one of them."""
        statuses = [self.denied(policy, persona) for policy in policies]
        return frozenset({401}) if frozenset({401}) in statuses else frozenset({403})

    def guards(self, resource: Resource, given: Row) -> list[Node]:
        """The policies of the fields that a write sets."""
        return [field.write for field in resource.fields if field.column in given and field.writable != "never"]

    def left_out(self, cell: Cell, resource: Resource) -> dict[str, Any]:
        """What a replace makes of the fields that it leaves out: their defaults, or null.

        Those that the persona may not write in every row stay as they are.
        """
        assert cell.given is not None
        new = self.new_row(resource, {}, cell.persona)
        return {
            field.column: new[field.column]
            for field in written_fields(resource, cell.operation)
            if field.column not in cell.given and self.certain(field.write, cell.persona)
        }

    def refers_beyond(self, resource: Resource, given: Row, new: Row, persona: Persona) -> bool:
        """Whether a write sets a reference to a row that is not there for the persona."""
        for reference in self.application.table(resource.table).references:
            if not any(column in given for column in reference.columns):
                continue
            values = [new[column] for column in reference.columns]
            if None in values:
                continue
            found = [
                row
                for row in self.generated.rows[reference.table]
                if all(row[target] == value for target, value in zip(reference.target, values, strict=True))
            ]
            if not any(self.reads_anyhow(reference.table, row, persona) for row in found):
                return True
        return False

    def answered(self, cell: Cell, written: Row, tables: Tables) -> dict[str, Any]:
        """A written row as its writer sees it."""
        resource = self.application.resource(cell.operation.resource or "")
        return self.shown(resource, written, cell.persona, replace(cell.question, includes=()), tables)


def breaks_transition(resource: Resource, new: Row, old: Row | None) -> bool:
    """Whether a choice in the row cannot follow the one before."""
    for transitions in resource.transitions:
        before = None if old is None else old[transitions.column]
        after = new[transitions.column]
        if (before is not None) if after is None else not transitions.allows(before, after):
            return True
    return False
