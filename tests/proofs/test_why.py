"""`why` says of every cell what the engine answers, and names the clauses that decide it."""

from __future__ import annotations

import importlib
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mainstay.backing import open as backing
from mainstay.compiler import compile as compiled_of
from mainstay.engine import Call, Engine
from mainstay.engine.call import NOTHING
from mainstay.errors import ValidationError
from mainstay.operation import Application
from mainstay.proofs.access.cells import NO_BODY, Cell, Request, Requests, lists_keys, to_text
from mainstay.proofs.access.doors import Direct, Door, Reply
from mainstay.proofs.access.emptied import emptied
from mainstay.proofs.access.personas import Bearer, Persona, personas
from mainstay.proofs.access.planning import Planner
from mainstay.proofs.access.rows import Generated, generate
from mainstay.proofs.access.store import Store
from mainstay.proofs.why.explaining import Why, explain
from mainstay.proofs.why.report import as_json, as_text
from mainstay.storage import Storage

DECIDED = {401, 403, 404}
"""What policies answer; the rest is said by constraints, rules and the form of a call."""


@dataclass
class Filled:
    """An application on a database with generated rows."""

    application: Application
    storage: Storage
    engine: Engine
    door: Door
    store: Store
    generated: Generated
    cast: tuple[Persona, ...]


@asynccontextmanager
async def filled(module: str, url: str) -> AsyncIterator[Filled]:
    """The resources of a module, without limits and without the users' code, on generated rows."""
    found = importlib.import_module(module)
    compiled = compiled_of(found.RESOURCES, database=url.partition(":")[0])
    application, storage = emptied(compiled.application, compiled.storage)
    application = replace(application, operations=tuple(replace(one, limits=()) for one in application.operations))
    cast = personas(application, storage)
    database = backing.database(url)
    await database.open()
    try:
        store = Store(database, storage, generate(application, storage, cast, seed=7, count=6))
        await store.create()
        await store.fill()
        sessions = backing.sessions(url, database)
        engine = Engine(application, storage, database, identity=Bearer(cast), cursor_key=b"x" * 32, sessions=sessions)
        yield Filled(application, storage, engine, Direct(engine), store, store.settled(), cast)
        await sessions.close()
    finally:
        await database.close()


def cells(made: Filled, some: int) -> list[Cell]:
    """A few cells of every operation."""
    planner = Planner(made.application, made.storage, made.cast, made.generated, seed=7)
    by_operation: dict[str, list[Cell]] = {}
    for cell in planner.cells():
        by_operation.setdefault(cell.operation.name, []).append(cell)
    chance = random.Random(7)
    return [cell for every in by_operation.values() for cell in chance.sample(every, min(some, len(every)))]


def called(made: Filled, cell: Cell, request: Request) -> Call:
    """A cell's request as a call."""
    operation = made.application.operation(request.operation)
    writes = operation.action in ("create", "update", "replace")
    return Call(
        operation,
        key=request.key,
        parameters=[pair for pair in request.query if pair[0] not in ("limit", "cursor", "count")],
        body=request.body if writes and request.body is not NO_BODY else NOTHING,
        actor=cell.persona.actor,
    )


@pytest.mark.parametrize(
    "module, outcomes",
    [
        ("tests.proofs.notes", ("get 200", "get 404", "update 403", "create 403", "listed", "left out", "hidden")),
        ("tests.apps.desk", ("action 204", "action 401", "action 403", "delete 403", "listed", "left out")),
    ],
)
async def test_why_says_what_the_engine_answers(module: str, outcomes: tuple[str, ...], database_url: str) -> None:
    seen: Counter[str] = Counter()
    async with filled(module, database_url) as made:
        requests = Requests(made.application, made.storage)
        for cell in cells(made, 6):
            if lists_keys(cell.operation) or cell.lists:
                continue
            request = requests.request(cell)
            call = called(made, cell, request)
            reply = await made.door.ask(request)
            if cell.operation.action == "list":
                seen.update(await disagreeing_rows(made, cell, call, reply))
                continue
            await made.store.restore(await made.store.changes())
            try:
                why = await explain(made.engine, made.storage, call)
            except ValidationError:
                assert reply.status in (400, 401, 403), request.curl()
                continue
            told = f"{request.curl()}\n{reply.status} {reply.data}\n{as_text(why)}"
            assert why.status is not None, told
            later = any(one.row == "the row as it would be" for one in why.judged)  # constraints are looked at first
            if (why.status in DECIDED or reply.status in DECIDED) and not (later and reply.status in (409, 422)):
                assert why.status == reply.status, told
                assert why.decided_by or "not there" in why.sentence or "no row" in why.sentence or cell.above, told
            if cell.operation.action == "get" and reply.status == 200 and not cell.question.fields:
                shown = hidden_names(why)
                assert shown == missing_fields(made, cell, reply), told
                seen.update(hidden=len(shown))
            seen[f"{cell.operation.action} {why.status}"] += 1
            json.dumps(as_json(why))
    assert [outcome for outcome in outcomes if not seen[outcome]] == [], seen


async def disagreeing_rows(made: Filled, cell: Cell, call: Call, reply: Reply) -> Counter[str]:
    """For each row of the list's table: whether it is in the list, and whether `why` says so."""
    resource = made.application.resource(cell.operation.resource or "")
    kinds = [made.storage.kind(resource.table, resource.field(name).column) for name in resource.lookup]
    columns = [resource.field(name).column for name in resource.lookup]
    asked = [pair for pair in call.parameters if pair[0] not in ("fields", "include")]
    call.parameters = [*asked, ("limit", str(resource.paging.maximum))]
    answer = None
    if reply.status == 200:
        answer = await made.engine.execute(replace(call))
        data = as_json_has_it(answer.data)
        there = {tuple(str(one[name]) for name in resource.lookup) for one in data}
    seen: Counter[str] = Counter()
    for row in made.generated.rows[resource.table][:5]:
        key = [to_text(kind, row[column]) for kind, column in zip(kinds, columns, strict=True)]
        why = await explain(made.engine, made.storage, call, key)
        told = f"{call.parameters}\n{reply.status}\n{as_text(why)}"
        if reply.status != 200:
            assert why.status == reply.status, told
            continue
        if why.status == 404:
            assert cell.operation.under is not None, told
            continue
        assert why.status == 200, told
        assert why.listed is (tuple(key) in there), told
        seen["listed" if why.listed else "left out"] += 1
    return seen


def as_json_has_it(data: Any) -> Any:
    """An answer's data as JSON has it."""
    return msgspec.json.decode(msgspec.json.encode(data))


def hidden_names(why: Why) -> set[str]:
    """The names of the fields that `why` says are left out."""
    return {one.name.partition(" ")[0].partition(".")[2] for one in why.hidden}


def missing_fields(made: Filled, cell: Cell, reply: Reply) -> set[str]:
    """The fields that an answer could have and does not."""
    resource = made.application.resource(cell.operation.resource or "")
    answer = cell.operation.answer
    names = {part.name for part in answer.parts} if answer is not None else set()
    return {one.name for one in resource.fields if one.readable and one.name in names} - set(reply.data)
