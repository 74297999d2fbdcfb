"""Which cells the matrix has."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mainstay.kinds.words import LONGEST_QUESTION
from mainstay.operation import Application, Operation, Resource
from mainstay.policy.tree import ANYONE, Column, tables_in
from mainstay.proofs.access.cells import BY_RELEVANCE, Cell, Question, Row, called, to_wire, written_fields
from mainstay.proofs.access.finding import words_of
from mainstay.proofs.access.lists_in_bodies import ListsInBodies, tables_written, written_lists
from mainstay.proofs.access.nesting import belongs, parents
from mainstay.proofs.access.oracle import Oracle
from mainstay.proofs.access.paths import chains, include_paths, tables_on
from mainstay.proofs.access.personas import Persona, telling
from mainstay.proofs.access.rows import Generated
from mainstay.proofs.access.sites import sites
from mainstay.proofs.access.values import Values
from mainstay.proofs.access.worked_out import computed_fields, given_column
from mainstay.storage import Storage

BEGINNING = LONGEST_QUESTION // 4
"""Characters of a word that is searched for: two of them, in capitals, are no longer than a question may be."""

PARENTS = 5
"""Rows under whose path a list is asked for, and a new row is made."""

FRESH = 70_000
"""Where the numbers of values begin that no generated row has."""


class Planner:
    """The cells of an application."""

    def __init__(
        self,
        application: Application,
        storage: Storage,
        personas: Sequence[Persona],
        generated: Generated,
        *,
        seed: int,
        all_personas: bool = False,
        left_out: bool = False,
    ) -> None:
        self.all_personas = all_personas
        self.left_out = left_out
        """Whether the cells are those of the personas that are not told apart, instead of those that are."""
        self.application = application
        self.storage = storage
        self.every_persona = personas
        self.generated = generated
        self.values = {key: Values(kind) for key, kind in storage.kinds.items()}
        self.oracle = Oracle(application, storage, generated)
        self.seed = seed
        self.fresh = FRESH
        self.decisive = {
            (node.source, node.name)
            for site in sites(application)
            for node in site.policy.walk()
            if isinstance(node, Column)
        }
        """Columns that a policy looks at."""
        self.lists_in_bodies = ListsInBodies(application, storage, generated, self.deciding)

    def cells(self) -> Iterator[Cell]:
        """Every cell."""
        for operation in self.application.operations:
            plan = {
                "list": self.lists,
                "get": self.gets,
                "create": self.creates,
                "replace": self.replaces,
                "update": self.updates,
                "delete": self.deletes,
                "action": self.acts,
            }.get(operation.action)
            if plan is not None:
                for cell in plan(operation):
                    yield from self.placed(cell)

    def placed(self, cell: Cell) -> Iterator[Cell]:
        """A cell under the path of its row's parent and, where it is plain, under that of others."""
        if cell.operation.under is None:
            yield cell
            return
        every = parents(self.application, cell.operation, self.generated.rows)
        if cell.row is None:
            several = PARENTS if cell.about in ("list", "list in pages", "create") else 1
            yield from (replace(cell, above=parent) for parent in every[:several])
            return
        mine = [parent for parent in every if belongs(self.application, cell.operation, cell.row, parent)]
        yield from (replace(cell, above=parent) for parent in mine)
        if cell.about in ("get", "update nothing", "delete"):
            others = [parent for parent in every if parent not in mine][:1]
            yield from (replace(cell, about=f"{cell.about} elsewhere", above=parent) for parent in others)

    def resource(self, operation: Operation) -> Resource:
        """The resource of an operation."""
        return self.application.resource(operation.resource or "")

    def personas(self, resource: Resource) -> Sequence[Persona]:
        """The personas that the policies on a resource, and on what can be reached from it, tell apart."""
        tables = {resource.table, *[reference.table for reference in self.application.table(resource.table).references]}
        for chain in chains(self.application, resource):
            tables.update(tables_on(self.application, resource.table, chain))
        computed = computed_fields(resource)
        tables.update(table for one in computed for table in tables_in(one.value).values())
        policies = [
            site.policy
            for site in sites(self.application)
            if site.resource == resource.name
            or (site.table in tables and site.what in ("read", "read field"))
            or site.table in tables_written(self.application, resource)
        ] + [one.value for one in computed]
        apart = self.every_persona if self.all_personas else telling(self.every_persona, policies)
        return [persona for persona in self.every_persona if persona not in apart] if self.left_out else apart

    # Reads

    def lists(self, operation: Operation) -> Iterator[Cell]:
        """One resource's lists: plain, counted, paged, by each filter, sort and include."""
        resource = self.resource(operation)
        known = called(operation)
        for persona in self.personas(resource):
            yield Cell(persona, operation, "list", question=Question(count=True))
            yield Cell(persona, operation, "list in pages", question=Question(limit=2))
            for path in map(".".join, include_paths(self.application, resource)) if "include" in known else ():
                yield Cell(persona, operation, f"include {path}", question=Question(includes=(path,)))
            for sort in resource.sorts if "sort" in known else ():
                for down in (False, True):
                    asked = Question(sort=((sort.name, down),), count=not down, limit=3 if down else None)
                    yield Cell(persona, operation, f"sort by {'-' if down else ''}{sort.name}", question=asked)
            for name, question in self.filters(resource, persona):
                yield Cell(persona, operation, name, question=question)
            for name, question in self.searches(resource) if "q" in known else ():
                yield Cell(persona, operation, name, question=question)
            guarded = [field.name for field in resource.fields if field.readable]
            if guarded and "fields" in known:
                yield Cell(persona, operation, "one field", question=Question(fields=(guarded[-1],)))

    def filters(self, resource: Resource, persona: Persona) -> Iterator[tuple[str, Question]]:
        """Each filter with each operator, for values that rows have, readable or not, and one that none has."""
        for filter_ in resource.filters:
            table = self.application.table(resource.table)
            for relation in filter_.relations:
                table = self.application.table(table.relation(relation).target)
            every = self.generated.rows[table.name]
            if filter_.where is not None:
                place = given_column(resource, filter_.where)
                found = [row[place[1]] for row in self.generated.rows[place[0]]]
                several = self.values[place]
            elif filter_.relations or (resource.table, filter_.column) in self.values:
                found = [row[filter_.column] for row in every]
                several = self.values[table.name, filter_.column]
            else:
                found = [self.oracle.value(resource, filter_.column, row, persona) for row in every]
                several = Values(self.storage.kind_in(resource, filter_.column))
            there = [value for value in found if value is not None]
            seen = list(dict.fromkeys(there)) if there and isinstance(there[0], str | int | float) else unique(there)
            chosen = random.Random(f"{self.seed} {filter_.name}").sample(seen, min(3, len(seen)))
            for operator in filter_.operators:
                for value in self.operands(operator, chosen, several, filter_.relations != ()):
                    asked = Question(((filter_, operator, value),), count=True)
                    yield f"filter {filter_.name}[{operator}]", asked

    def searches(self, resource: Resource) -> Iterator[tuple[str, Question]]:
        """Words of what is searched, readable or not: whole, begun, one and two, in each order; and one of no row."""
        columns = [resource.field(name).column for name in resource.search]
        rows = [
            [row[column] for column in columns if words_of(row[column])] for row in self.generated.rows[resource.table]
        ]
        seen = unique([texts for texts in rows if texts])
        for texts in random.Random(f"{self.seed} {resource.name}").sample(seen, min(4, len(seen))):
            begun = [words_of(text)[-1][:BEGINNING] for text in texts]
            yield "search", Question(search=begun[-1], count=True)
            yield "search for two words", Question(search=f"{begun[0]} {begun[-1].upper()}", limit=2)
            yield "search by relevance", Question(search=begun[0][:1], sort=BY_RELEVANCE, limit=2)
            for sort in resource.sorts[:1]:
                asked = Question(search=begun[-1][:2], sort=((sort.name, True),), limit=2)
                yield f"search sorted by {sort.name}", asked
        if columns:
            yield "search in vain", Question(search="wordless", count=True)

    def operands(self, operator: str, chosen: Sequence[Any], several: Values, over: bool) -> Iterator[Any]:
        """Values to filter by."""
        match operator:
            case "is_null":
                yield True
                yield False
            case "in":
                yield [*chosen[:2], several.different(FRESH - 1)]
            case "starts_with" | "contains":
                for value in chosen[:2]:
                    yield value[: max(1, len(value) // 2)]
            case "eq":
                yield from chosen
                yield several.different(FRESH - 1)
            case _:
                yield from chosen[:1]

    def gets(self, operation: Operation) -> Iterator[Cell]:
        """Each row, plain and with everything that can be included."""
        resource = self.resource(operation)
        for persona in self.personas(resource):
            for row in self.generated.rows[resource.table]:
                yield Cell(persona, operation, "get", row)
                for include in resource.includes if "include" in called(operation) else ():
                    if include.value is None:
                        asked = Question(includes=(include.name,))
                        yield Cell(persona, operation, f"get with {include.name}", row, asked)

    # Writes

    def writable(self, operation: Operation) -> list[str]:
        """The columns that the operation's body can set."""
        resource = self.resource(operation)
        return [field.column for field in written_fields(resource, operation)]

    def creates(self, operation: Operation) -> Iterator[Cell]:
        """New rows: one as good as any, and one for each value that decides something."""
        resource = self.resource(operation)
        for persona in self.personas(resource):
            plain = self.new(operation)
            yield Cell(persona, operation, "create", given=plain)
            for column in self.writable(operation):
                for value in self.deciding(resource, column):
                    yield Cell(
                        persona, operation, f"create with {column}", given={**self.new(operation), column: value}
                    )
            for about, lists in self.lists_in_bodies.making(written_lists(resource, operation)):
                yield Cell(persona, operation, about, given=self.new(operation), lists=lists)
            yield from self.smuggling(operation, persona, None, self.new(operation))

    def new(self, operation: Operation) -> dict[str, Any]:
        """What a create gives: everything that must be given, fresh where it must be unique."""
        resource = self.resource(operation)
        table = self.application.table(resource.table)
        choose = random.Random(f"{self.seed} {self.fresh}")
        self.fresh += 1
        given: dict[str, Any] = {}
        required = (
            {part.name for part in operation.body.parts if part.required} if operation.body is not None else set()
        )
        for column in self.writable(operation):
            field = next(field for field in resource.fields if field.column == column)
            if field.name not in required and (field.write != ANYONE or choose.random() < 0.3):
                continue
            targets = [reference for reference in table.references if column in reference.columns]
            if targets and any(own in given for own in targets[0].columns):
                continue
            if targets:
                row = choose.choice(self.generated.rows[targets[0].table] or [{}])
                for own, there in zip(targets[0].columns, targets[0].target, strict=True):
                    if own in self.writable(operation) and there in row:
                        given.setdefault(own, row[there])
            else:
                given.setdefault(column, self.values[table.name, column].different(self.fresh))
        return {column: value for column, value in given.items() if value is not None}

    def deciding(self, resource: Resource, column: str) -> list[Any]:
        """Values of a column that policies tell apart; none where no policy looks at it."""
        return list(self.deciding_values(resource, column))

    def deciding_values(self, resource: Resource, column: str) -> Iterator[Any]:
        """Values of a column that policies tell apart: every row that it may refer to, or what generated rows have."""
        table = self.application.table(resource.table)
        references = [reference for reference in table.references if reference.columns == (column,)]
        if references:
            yield from (row[references[0].target[0]] for row in self.generated.rows[references[0].table])
        elif (table.name, column) in self.decisive:
            yield from unique([row[column] for row in self.generated.rows[table.name] if row[column] is not None])[:6]
        else:
            return
        if table.column(column).nullable:
            yield None

    def updates(self, operation: Operation) -> Iterator[Cell]:
        """Each row changed: nothing, each field, and each value that decides something."""
        resource = self.resource(operation)
        for persona in self.personas(resource):
            for row in self.generated.rows[resource.table]:
                yield Cell(persona, operation, "update nothing", row, given={})
                for column in self.writable(operation):
                    deciding = self.deciding(resource, column)
                    for value in deciding or [self.other(resource, column, row)]:
                        yield Cell(persona, operation, f"update {column}", row, given={column: value})
                for about, lists in self.lists_in_bodies.changing(written_lists(resource, operation), row):
                    yield Cell(persona, operation, about, row, given={}, lists=lists)
                yield from self.smuggling(operation, persona, row, {})

    def other(self, resource: Resource, column: str, row: Row) -> Any:
        """A value that the row does not have, fresh where it must be unique."""
        self.fresh += 1
        several = self.values[resource.table, column]
        value = several.different(self.fresh)
        return value if value != row.get(column) else several.different(self.fresh + 1)

    def replaces(self, operation: Operation) -> Iterator[Cell]:
        """Each row replaced: as it is, with nothing that can be left out, with each value that decides something."""
        resource = self.resource(operation)
        columns = self.writable(operation)
        needed = {part.name for part in (operation.body.parts if operation.body else ()) if part.required}
        required = [field.column for field in written_fields(resource, operation) if field.name in needed]
        for persona in self.personas(resource):
            for row in self.generated.rows[resource.table]:
                whole = {column: row[column] for column in columns}
                least = {name: row[name] for name in required}
                lists = self.lists_in_bodies.mirrored(written_lists(resource, operation), row, persona)
                yield Cell(persona, operation, "replace", row, given=whole, lists=lists)
                yield Cell(persona, operation, "replace with least", row, given=least, lists=lists)
                for column in columns:
                    for value in self.deciding(resource, column):
                        given = {**whole, column: value}
                        yield Cell(persona, operation, f"replace {column}", row, given=given, lists=lists)
                for about, others in self.lists_in_bodies.replacing(written_lists(resource, operation), row, lists):
                    yield Cell(persona, operation, about, row, given=whole, lists={**lists, **others})
                yield from self.smuggling(operation, persona, row, whole)

    def deletes(self, operation: Operation) -> Iterator[Cell]:
        """Each row deleted."""
        resource = self.resource(operation)
        for persona in self.personas(resource):
            for row in self.generated.rows[resource.table]:
                yield Cell(persona, operation, "delete", row)

    def acts(self, operation: Operation) -> Iterator[Cell]:
        """Each row acted on, or once where it is about none."""
        resource = self.resource(operation)
        of_rows = operation.behaviour is not None and operation.behaviour.rows != "none"
        for persona in self.personas(resource):
            for row in self.generated.rows[resource.table] if of_rows else (None,):
                yield Cell(persona, operation, "act", row)

    def smuggling(self, operation: Operation, persona: Persona, row: Row | None, given: Row) -> Iterator[Cell]:
        """Mass assignment: every column and field that the body cannot set, set all the same."""
        resource = self.resource(operation)
        if row is not None and row is not self.generated.rows[resource.table][0]:
            return
        writable = set(self.writable(operation))
        fields = {field.column: field.name for field in resource.fields}
        for column in self.application.table(resource.table).columns:
            if column.name not in writable:
                kind = self.storage.kind(resource.table, column.name)
                value = to_wire(kind, self.values[resource.table, column.name].different(1))
                name = fields.get(column.name, column.name)
                yield Cell(persona, operation, f"smuggle {name}", row, given=given, smuggled=name, smuggled_value=value)
        for field in resource.fields:
            if field.computed is not None or field.derived is not None:
                about, name = f"smuggle {field.name}", field.name
                yield Cell(persona, operation, about, row, given=given, smuggled=name, smuggled_value=1)


def unique(values: Sequence[Any]) -> list[Any]:
    """Different values in the order of their first place; for values that cannot be hashed too."""
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
