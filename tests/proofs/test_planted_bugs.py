"""The proof is proven: each of these faults, planted in the engine, is found.

A fault is planted by replacing one function of the engine, since no declaration can ask for a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from mainstay.backing.open import database
from mainstay.compiler import compile as compiled_of
from mainstay.engine import Engine, reading, under, work
from mainstay.engine.bodies import Bodies
from mainstay.engine.mistakes import Mistakes
from mainstay.engine.plan import Guards
from mainstay.engine.sql import fields, filters, policy, read, related, write
from mainstay.policy.tree import Not
from mainstay.proofs.access.proof import Result, Scale, prove
from tests.apps import reviews
from tests.proofs.notes import RESOURCES

pytestmark = [pytest.mark.requirement("A3.20")]

Plant = Callable[[pytest.MonkeyPatch], None]
OPEN = Guards()
"""Guards that let everybody read everything."""


async def result(resources: Any = RESOURCES, *, interference: bool = False) -> Result:
    """What the proof finds now."""
    compiled = compiled_of(resources)
    place = database("sqlite://")
    await place.open()
    try:
        scale = Scale(mutants=0, everybody=False, interference=interference)
        return await prove(compiled.application, compiled.storage, place, scale=scale)
    finally:
        await place.close()


def includes_without_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An included row is shown whoever asks."""
    included = read.Answered.included

    def careless(self: Any, *arguments: Any) -> Any:
        kept, self.guards = self.guards, OPEN
        try:
            return included(self, *arguments)
        finally:
            self.guards = kept

    monkeypatch.setattr(read.Answered, "included", careless)


def lists_without_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of an included list are shown whoever asks."""
    honest = read.level
    monkeypatch.setattr(read, "level", lambda schema, guards, *rest: honest(schema, OPEN, *rest))


def links_without_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An included list follows links that the caller may not read."""
    monkeypatch.setattr(related, "readable", lambda *arguments: iter(()))


def lists_with_a_row_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """An included list goes on beyond its bound."""
    honest = related.Belonging.bounded

    def careless(self: Any, where: Any, order: Any, limit: int) -> Any:
        return honest(self, where, order, limit + 1)

    monkeypatch.setattr(related.Belonging, "bounded", careless)


def parents_without_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are found under the path of a row that the caller may not read."""
    honest = under.parent_statement
    monkeypatch.setattr(under, "parent_statement", lambda schema, plan: honest(schema, replace(plan, guards=OPEN)))


def rows_of_every_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A path leads to the rows of other parents, too."""
    for module in (read, write):
        monkeypatch.setattr(module, "of_parent", lambda table, columns, binds: [])


def counts_without_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A count counts the hidden rows as well."""
    honest = reading.count_statement
    monkeypatch.setattr(reading, "count_statement", lambda schema, plan: honest(schema, replace(plan, guards=OPEN)))


def filters_over_relations_without_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter finds rows by what hidden rows beside them hold."""
    honest = read.filter_condition

    def careless(application: Any, resource: Any, wanted: Any, number: Any, guards: Guards, scope: Any) -> Any:
        here = [known for known in resource.filters if known.name == wanted.filter and known.relations]
        return honest(application, resource, wanted, number, OPEN if here else guards, scope)

    monkeypatch.setattr(read, "filter_condition", careless)


def filters_by_hidden_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter finds rows by a field that the caller may not read."""
    honest = read.filter_condition

    def careless(application: Any, resource: Any, wanted: Any, number: Any, guards: Guards, scope: Any) -> Any:
        here = [known for known in resource.filters if known.name == wanted.filter and not known.relations]
        return honest(application, resource, wanted, number, OPEN if here else guards, scope)

    monkeypatch.setattr(read, "filter_condition", careless)


def searches_hidden_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search finds rows by the words of a field that the caller may not read."""
    search = filters.Search
    monkeypatch.setattr(filters, "Search", lambda *given: search(*given[:3], OPEN, *given[4:]))


def ranks_by_hidden_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search puts rows in order by the words of a field that the caller may not read."""
    search = read.Search
    monkeypatch.setattr(read, "Search", lambda *given: search(*given[:3], OPEN, *given[4:]))


def sorts_by_hidden_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sort puts rows in order by a field that the caller may not read."""
    honest = reading.list_statement
    monkeypatch.setattr(reading, "list_statement", lambda schema, plan: honest(schema, replace(plan, sorted_by=())))


def hidden_fields_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field is shown whoever asks."""
    item = read.Answered.item

    def careless(self: Any, *arguments: Any) -> Any:
        kept, self.guards = self.guards, OPEN
        try:
            return item(self, *arguments)
        finally:
            self.guards = kept

    monkeypatch.setattr(read.Answered, "item", careless)


def null_allows_below_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """NOT of null is taken for true."""
    honest = policy.condition

    def careless(node: Any, scope: Any) -> Any:
        if isinstance(node, Not):
            return sa.not_(sa.func.coalesce(honest(node.part, scope), sa.false()).self_group())
        return honest(node, scope)

    for module in (policy, read, write, filters):
        monkeypatch.setattr(module, "condition", careless)


def new_rows_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write is allowed by the row as it was alone."""
    honest = work.write_statement
    monkeypatch.setattr(work, "write_statement", lambda schema, plan: honest(schema, replace(plan, flags=())))


def old_rows_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write is allowed by the row as it becomes alone."""
    honest = work.find_statement
    monkeypatch.setattr(work, "find_statement", lambda schema, plan: honest(schema, replace(plan, flags=())))


def references_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write may refer to a row that its writer may not read."""
    honest = work.check_statement
    monkeypatch.setattr(work, "check_statement", lambda schema, plan: honest(schema, replace(plan, resources=())))


def refusals_without_rows_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused whatever the row is answered all the same."""
    monkeypatch.setattr(Engine, "authorize", lambda self, call, wanted: None)


def unknown_members_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body may have members that cannot be written, which are passed over."""
    honest = Bodies.read

    def careless(self: Bodies, body: Any, mistakes: Mistakes) -> Any:
        known = {part.name for part in self.parts}
        return honest(self, {name: value for name, value in body.items() if name in known}, mistakes)

    monkeypatch.setattr(Bodies, "read", careless)


FAULTS: dict[Plant, str] = {
    includes_without_policy: "include ",
    lists_without_policy: "include notes",
    links_without_policy: "include words",
    lists_with_a_row_too_many: "include notes",
    parents_without_policy: "list",
    rows_of_every_parent: "list",
    counts_without_policy: "list",
    filters_over_relations_without_policy: "filter shelf.name",
    filters_by_hidden_fields: "filter thought",
    searches_hidden_fields: "search",
    ranks_by_hidden_fields: "search by relevance",
    sorts_by_hidden_fields: "sort by ",
    hidden_fields_shown: "get",
    null_allows_below_not: "get",
    new_rows_unchecked: "update sealed",
    old_rows_unchecked: "update ",
    references_unchecked: "update shelf_id",
    refusals_without_rows_forgotten: "create",
    unknown_members_ignored: "smuggle ",
}
"""Each fault, and the beginning of what a cell that finds it is there for."""


@pytest.mark.requirement("A3.02", "A3.17", "A3.18")
async def test_without_a_fault_nothing_is_found() -> None:
    found = await result(interference=True)
    assert found.holds, found


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
async def test_a_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    found = await result()
    reasons = {item.about for item in found.disagreements}
    wanted = "update sealed" if plant is new_rows_unchecked else FAULTS[plant]
    assert any(reason.startswith(wanted) for reason in reasons), reasons


@contextmanager
def telling_of_hidden_rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine's answers carry the number of all rows, as a careless limit of pages would."""
    page = reading.Reader.page

    async def careless(self: Any, call: Any, asked: Any, place: Any, now: Any) -> Any:
        answer = await page(self, call, asked, place, now)
        rows = await place.read(f"SELECT count(*) FROM {self.resource.table}", ())
        answer.meta = replace(answer.meta, limit=answer.meta.limit + 1000 * int(rows[0][0]))
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(reading.Reader, "page", careless)
        yield


@pytest.mark.requirement("A3.20")
async def test_an_answer_that_depends_on_hidden_rows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with telling_of_hidden_rows(monkeypatch):
        found = await result(interference=True)
    assert not found.disagreements
    assert found.differences


def counts_hidden_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Computed fields look at every row."""
    monkeypatch.setattr(fields, "policies_of", lambda computed, source: ())


def counts_hidden_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """Computed fields look at fields that the caller may not read, in rows that it may."""
    honest = fields.policies_of
    monkeypatch.setattr(
        fields, "policies_of", lambda computed, source: tuple(n for n in honest(computed, source) if "." not in n)
    )


def exists_passes_over_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computed EXISTS finds every row."""
    honest = policy.exists
    monkeypatch.setattr(
        policy,
        "exists",
        lambda node, scope: honest(node, replace(scope, counting=lambda source, table, clause: ())),
    )


@pytest.mark.parametrize("plant", [counts_hidden_rows, counts_hidden_fields, exists_passes_over_policies])
async def test_a_computed_field_that_tells_of_hidden_rows_is_found(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    found = await result(reviews.RESOURCES, interference=plant is counts_hidden_fields)
    assert found.disagreements
    assert found.differences or plant is not counts_hidden_fields
