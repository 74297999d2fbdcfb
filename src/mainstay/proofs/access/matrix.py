"""The matrix: every cell asked of the engine and compared with what the oracle says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from mainstay.operation import Application, Resource
from mainstay.proofs.access.authorization import Answers
from mainstay.proofs.access.cells import Cell, Request, Requests, written_fields
from mainstay.proofs.access.doors import Door, Reply
from mainstay.proofs.access.listing import wrong_lists
from mainstay.proofs.access.nesting import said
from mainstay.proofs.access.oracle import Expected, Oracle
from mainstay.proofs.access.pages import after, following
from mainstay.proofs.access.store import Change, Store
from mainstay.storage import Storage

WRITES = ("create", "replace", "update", "delete")
MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A witness: who asked what about which row, what must have come and what came."""

    persona: str
    operation: str
    about: str
    request: str
    row: str
    expected: str
    got: str
    what: str


class Matrix:
    """One application, asked through one door about the rows of one store."""

    def __init__(self, application: Application, storage: Storage, oracle: Oracle, store: Store, door: Door) -> None:
        self.application = application
        self.storage = storage
        self.oracle = oracle
        self.store = store
        self.door = door
        self.requests = Requests(application, storage)
        self.asked = 0
        self.answers = Answers(application, store.generated.rows)

    async def check(self, cell: Cell, expected: Expected | None = None) -> Disagreement | None:
        """Asks one cell; None where the answer is what it must be."""
        self.asked += 1
        expected = self.oracle.expect(cell) if expected is None else expected
        request = self.requests.request(cell)
        if cell.operation.action in WRITES:
            reply = await self.door.ask(request)
            changes = await self.store.changes()
            wrong = next(self.wrong_write(cell, expected, reply, changes), None)
            await self.store.restore(changes)
        else:
            reply = await self.read(cell, request)
            wrong = next(self.wrong_read(expected, reply), None)
        self.answers.note(cell, reply.status, len(reply.data) if isinstance(reply.data, list) else 0)
        return None if wrong is None else self.witness(cell, request, expected, reply, wrong)

    def witness(self, cell: Cell, request: Request, expected: Expected, reply: Reply, wrong: str) -> Disagreement:
        """What a person needs to see it again."""
        statuses = " or ".join(str(status) for status in sorted(expected.statuses))
        return Disagreement(
            persona=f"{cell.persona.name}: {cell.persona.actor}",
            operation=cell.operation.name,
            about=cell.about,
            request=request.curl(),
            row=str(dict(cell.row)) if cell.row is not None else "",
            expected=f"{statuses} {short(expected.data)}",
            got=f"{reply.status} {short(reply.data) if reply.data is not None else excerpt(reply.raw)}",
            what=wrong,
        )

    # Reads

    async def read(self, cell: Cell, request: Request) -> Reply:
        """The answer to a read; of a list all pages, and once more from the end where they are small."""
        reply = await self.door.ask(request)
        if cell.operation.action != "list" or reply.status != 200:
            return reply
        operation = cell.operation
        every, last, pages = list(reply.data), reply, 0
        onward = following(operation, request, reply, len(every))
        while onward is not None and pages < MOST_PAGES:
            last = await self.door.ask(onward)
            if last.status != 200:
                return last
            every += last.data
            pages += 1
            onward = following(operation, request, last, len(every))
        if cell.question.limit is not None and operation.pages == "cursor":
            back = list(last.data)
            while last.meta["previous"] is not None and pages < 2 * MOST_PAGES:
                last = await self.door.ask(after(operation, request, last.meta["previous"]))
                back = [*last.data, *back]
                pages += 1
            if back != every:
                return replace(reply, status=599, data=back, raw=b"the pages backwards are not those forwards")
        return replace(reply, data=every)

    def wrong_read(self, expected: Expected, reply: Reply) -> Iterator[str]:
        """What is wrong with the answer to a read."""
        if reply.status not in self.door.told(expected.statuses):
            yield f"status {reply.status}"
        elif reply.status == 200:
            if reply.data != expected.data:
                yield difference(expected.data, reply.data)
            if expected.total is not None and reply.meta["total"] != expected.total:
                yield f"total {reply.meta['total']} for {expected.total}"

    # Writes

    def wrong_write(self, cell: Cell, expected: Expected, reply: Reply, changes: list[Change]) -> Iterator[str]:
        """What is wrong with a write: its status, what it did, what it answered."""
        resource = self.application.resource(cell.operation.resource or "")
        if reply.status not in self.door.told(expected.statuses):
            yield f"status {reply.status}"
        if reply.status >= 300:
            if changes:
                yield f"refused, and yet changed {changes[0].table} {changes[0].key}"
            return
        if expected.effect == "deleted":
            yield from self.wrong_delete(cell, resource, changes)
            return
        written = [change for change in changes if change.table == resource.table and change.after is not None]
        beside = [change for change in changes if change not in written]
        if expected.lists is not None:
            here = [change for change in written if self.is_row(cell, resource, change)][:1]
            beside = [change for change in changes if change not in here]
            made = here[0].after if here else cell.row
            if made is not None:
                key = self.application.table(resource.table).key
                yield from wrong_lists(self.application, self.storage, expected.lists, key, made, beside)
            written, beside = here, []
        if beside or len(written) > 1:
            yield f"changed more than its row: {[(change.table, change.key) for change in changes]}"
        if expected.effect == "created" and (not written or written[0].before is not None):
            yield "said to be done, and made no row"
            return
        if not written and expected.effect == "changed" and expected.written and cell.row is not None:
            if any(cell.row[name] != value for name, value in (cell.given or {}).items()):
                yield "said to be done, and changed nothing"
            return
        if written and written[0].after is not None:
            after = written[0].after
            yield from self.wrong_row(cell, resource, expected, written[0])
            if reply.status in (200, 201):
                answer = self.oracle.answered(cell, after, self.store.tables(changes))
                if reply.data != answer:
                    yield difference(answer, reply.data)
            elif reply.raw:
                yield "status 204 with a body"

    def is_row(self, cell: Cell, resource: Resource, change: Change) -> bool:
        """Whether a change is of the row that a write is about, and not of one in its lists."""
        if cell.row is not None:
            return change.key == tuple(cell.row[name] for name in self.application.table(resource.table).key)
        given = cell.given or {}
        return change.after is not None and all(change.after[name] == value for name, value in given.items())

    def wrong_row(self, cell: Cell, resource: Resource, expected: Expected, change: Change) -> Iterator[str]:
        """What is wrong with a row that was written."""
        assert change.after is not None
        given = cell.given or {}
        if cell.above is not None and change.before is None:
            given = {**given, **said(self.application, cell.operation, cell.above)}
        for column, value in given.items():
            if change.after[column] != value:
                yield f"{column} is {change.after[column]!r} for {value!r}"
        touched = {column for table, column in self.storage.on_update if table == resource.table}
        touched |= {column.name for column in self.application.table(resource.table).columns if column.follows}
        if change.before is not None:
            beyond = change.columns - set(given) - touched - {resource.version}
            if cell.operation.action == "replace":
                beyond -= self.replaceable(cell, resource)
            if beyond:
                yield f"changed {', '.join(sorted(beyond))}, which it may not"
        else:
            for described in self.application.table(resource.table).columns:
                if described.default and described.default.startswith("actor.") and described.name not in given:
                    wanted = cell.persona.actor.value(described.default.removeprefix("actor."))
                    if change.after[described.name] != wanted:
                        yield f"{described.name} is {change.after[described.name]!r} for the actor's {wanted!r}"

    def replaceable(self, cell: Cell, resource: Resource) -> set[str]:
        """The columns that a replacing write may set to their defaults by leaving them out: those that it may write."""
        assert cell.row is not None
        world = self.oracle.world(cell.persona)
        fields = written_fields(resource, cell.operation)
        return {field.column for field in fields if self.oracle.allowed(field.write, cell.row, resource.table, world)}

    def wrong_delete(self, cell: Cell, resource: Resource, changes: list[Change]) -> Iterator[str]:
        """What is wrong with a delete."""
        assert cell.row is not None
        key = tuple(cell.row[name] for name in self.application.table(resource.table).key)
        own = [change for change in changes if change.table == resource.table and change.key == key]
        if not own:
            yield "said to be done, and deleted nothing"
        elif resource.deleted is not None:
            if own[0].after is None or own[0].after[resource.deleted] is None or len(changes) > 1:
                yield "a row that is kept when it is deleted must be marked, and nothing else changed"
        elif own[0].after is not None:
            yield "said to be done, and the row is there"
        if any(change.before is None for change in changes):
            yield "a delete made a row"


def difference(expected: Any, got: Any) -> str:
    """Where two answers differ, in a few words."""
    if isinstance(expected, list) and isinstance(got, list):
        missing = [item for item in expected if item not in got]
        extra = [item for item in got if item not in expected]
        if not missing and not extra:
            return "the rows are in another order"
        if missing and extra and len(missing) == len(extra):
            return difference(missing[0], extra[0])
        return f"{len(missing)} rows missing {short(missing[:1])}, {len(extra)} too many {short(extra[:1])}"
    if isinstance(expected, dict) and isinstance(got, dict):
        parts = [name for name in {**expected, **got} if expected.get(name, "-") != got.get(name, "-")]
        return "; ".join(
            f"{name}: {short(got.get(name, 'left out'))} for {short(expected.get(name, 'left out'))}" for name in parts
        )
    return f"{short(got)} for {short(expected)}"


def excerpt(raw: bytes) -> str:
    """The beginning of a body."""
    return raw[:300].decode(errors="replace")


def short(value: Any) -> str:
    """A value as JSON, not longer than a few lines."""
    text = msgspec.json.encode(value).decode()
    return text if len(text) < 400 else text[:400] + "…"


@dataclass(frozen=True, slots=True)
class Planned:
    """A cell with what is expected of it, and whether it is asked or another asked in its place."""

    cell: Cell
    expected: Expected
    asked: bool


def planned(cells: Iterable[Cell], oracle: Oracle, *, alike: int | None) -> Iterator[Planned]:
    """Every cell; asked are all, or so many of those that are alike in persona, request and what must come of it."""
    counts: dict[tuple[Any, ...], int] = {}
    for cell in cells:
        expected = oracle.expect(cell)
        same = (cell.persona.name, cell.operation.name, cell.about, expected.outcome)
        counts[same] = counts.get(same, 0) + 1
        yield Planned(cell, expected, alike is None or cell.row is None or counts[same] <= alike)
